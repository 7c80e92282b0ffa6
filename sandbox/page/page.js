// Shows what the sandbox tells. What contacts write is only ever set as text, never as HTML.

const find = (selector, within = document) => within.querySelector(selector);

const list = find('#chats');
const messages = find('#messages');
const composer = find('#composer');
const switches = find('#switches');

/** By phone. */
const chats = new Map();
/** Phone of the chat that is shown. The address keeps it, too, once the chat is opened. */
let selected = openedChat();

const source = new EventSource('/sandbox/events');
source.addEventListener('open', () => chats.clear());
source.addEventListener('error', () => showConnection('lost'));
source.addEventListener('message', ({ data }) => {
	const state = JSON.parse(data);
	for (const chat of state.chats) {
		announce(chat, chats.get(chat.phone));
		chats.set(chat.phone, chat);
	}
	if (state.chats.length > 0) showChats();
	showRequests(state.requests);
	showSettings(state.settings, state.offeredFaults);
});
// Time goes by: pins run out.
setInterval(showChats, 30_000);

/* Chats */

function showChats() {
	const sorted = [...chats.values()].sort((one, other) => timeOf(other) - timeOf(one));
	const chat = chats.get(selected) ?? sorted[0];
	if (!chat) return;
	selected = chat.phone;
	document.body.classList.toggle('in-chat', openedChat() !== '');
	sync(list, sorted, 'phone', showInList);
	list.setAttribute('aria-activedescendant', `chat-${selected}`);
	showChat(chat);
}

function showInList(element, chat) {
	const last = chat.messages.at(-1);
	element.id = `chat-${chat.phone}`;
	element.ariaSelected = chat.phone === selected;
	find('.pin', element).toggleAttribute('hidden', pinsOf(chat).length === 0);
	write(element, {
		'.name': nameOf(chat),
		time: last ? minutes.format(last.momment) : '',
		'.last': last ? join(': ', senderIn(chat, last), last.text) : '',
		'.kind': kindOf(chat),
	});
}

function showChat(chat) {
	const { text } = composer.elements;
	const isAtEnd = messages.scrollHeight - messages.scrollTop - messages.clientHeight < 50;
	const isOther = find('#phone').value !== chat.phone;
	const texts = new Map(chat.messages.map(({ messageId, text }) => [messageId, text]));
	const pins = pinsOf(chat);

	showCopy(find('#phone'), 'chat ID', chat.phone);
	write(document, { '#name': nameOf(chat), '#kind': kindOf(chat) });
	text.placeholder = text.ariaLabel = `Write ${chat.isGroup ? 'into' : 'as'} ${nameOf(chat)}`;
	sync(find('#pins'), pins, 'messageId', (element, { messageId, expiresAt }) => {
		const unknown = `A message from before the sandbox, ${shorten(messageId)}`;
		write(element, { '.text': texts.get(messageId) ?? unknown, '.left': timeLeft(expiresAt) });
	});
	sync(messages, chat.messages, 'messageId', (element, message) => {
		const { messageId, fromMe } = message;
		element.classList.toggle('from-me', fromMe);
		find('.pin', element).toggleAttribute('hidden', !isIn(pins)(message));
		showCopy(find('.copy', element), 'message ID', messageId, shorten(messageId));
		write(element, {
			'.sender': fromMe ? '' : senderIn(chat, message),
			'.text': message.text,
			time: minutes.format(message.momment),
		});
	});
	if (isOther || isAtEnd) messages.scrollTop = messages.scrollHeight;
}

/** Tells screen readers what has changed in a chat. */
function announce(chat, before) {
	if (!before) return;
	const news = [
		...chat.messages.slice(before.messages.length).map((one) => `${one.senderName}: ${one.text}`),
		...chat.pins.filter((pin) => !isIn(before.pins)(pin)).map(() => `Pinned in ${nameOf(chat)}`),
		...before.pins.filter((pin) => !isIn(chat.pins)(pin)).map(() => `Unpinned in ${nameOf(chat)}`),
	];
	if (news.length > 0) write(document, { '#news': news.join('. ') });
}

function openedChat() {
	return new URLSearchParams(location.hash.slice(1)).get('chat') ?? '';
}

function select(phone, isOpened) {
	const hash = `#${new URLSearchParams({ chat: phone })}`;
	if (isOpened) location.hash = hash;
	else if (openedChat()) history.replaceState(null, '', hash);
	selected = phone;
	showChats();
	find('[aria-selected=true]', list).scrollIntoView({ block: 'nearest' });
	if (!isOpened) return;
	messages.scrollTop = messages.scrollHeight;
	composer.elements.text.focus();
}

list.addEventListener('click', ({ target }) => {
	const option = target.closest('li');
	if (option) select(option.dataset.key, true);
});
list.addEventListener('keydown', (event) => {
	const option = find('[aria-selected=true]', list);
	const targets = {
		...{ ArrowUp: option.previousElementSibling, ArrowDown: option.nextElementSibling },
		...{ Home: list.firstElementChild, End: list.lastElementChild, Enter: option },
	};
	const target = targets[event.key];
	if (!target) return;
	event.preventDefault();
	select(target.dataset.key, event.key === 'Enter');
});
addEventListener('hashchange', () => {
	selected = openedChat() || selected;
	showChats();
});

find('#pins').addEventListener('click', ({ target }) => {
	const pin = target.closest('li');
	const message = [...messages.children].find(({ dataset }) => dataset.key === pin?.dataset.key);
	if (!message) return;
	message.scrollIntoView({ block: 'center' });
	message.focus({ preventScroll: true });
});

composer.addEventListener('submit', async (event) => {
	event.preventDefault();
	const { text } = composer.elements;
	if (!text.value.trim()) return;
	await send('POST', '/sandbox/messages', { phone: selected, text: text.value.trim() });
	text.value = '';
	messages.scrollTop = messages.scrollHeight;
});
composer.addEventListener('keydown', (event) => {
	const { key, shiftKey, isComposing, target } = event;
	if (key !== 'Enter' || shiftKey || isComposing || target.type === 'submit') return;
	event.preventDefault();
	composer.requestSubmit();
});

document.addEventListener('click', async ({ target }) => {
	const button = target.closest('.copy');
	if (!button) return;
	await navigator.clipboard.writeText(button.value);
	write(document, { '#news': `Copied ${button.value}` });
});

/* Requests and switches */

function showRequests(requests) {
	write(document, { '#count': requests.at(-1)?.number ?? '' });
	sync(find('#requests'), requests.reverse(), 'number', (element, request) => {
		const { method, path, phone, messageId, messageAction, status, isDone, isFaulty } = request;
		const place = phone && `in ${chats.get(phone)?.name || phone}`;
		element.classList.toggle('is-done', isDone && !isFaulty);
		find('.asked', element).title = join(' in ', messageId, phone);
		write(element, {
			'.call': `${method} ${path}`,
			'.status': join(' ', isFaulty && 'on purpose', status || (isFaulty ? 'no response' : '…')),
			'.asked': join(' ', messageAction, messageId && shorten(messageId), place),
			time: seconds.format(request.receivedAt),
		});
	});
}

function showSettings({ faults, connection, latencyMs, requestsPerSecond }, offeredFaults) {
	const { elements } = switches;
	for (const response of [...offeredFaults, ...faults.map(({ response }) => response)]) {
		const value = JSON.stringify(response);
		if ([...elements.response.options].some((option) => option.value === value)) continue;
		elements.response.add(new Option(describe(response), value));
	}
	const [fault] = faults;
	const { path = '', every = 1, times = '' } = fault ?? { path: '/pin-message' };
	const response = fault ? JSON.stringify(fault.response) : '';
	const values = { connection, latencyMs, requestsPerSecond, response, path, every, times };
	for (const [name, value] of Object.entries(values)) {
		// What is being typed stays.
		if (elements[name] !== document.activeElement) elements[name].value = value;
	}
	for (const name of ['path', 'every', 'times']) elements[name].disabled = !fault;
	const isUsual = !fault && !latencyMs && !requestsPerSecond && connection === 'connected';
	document.body.classList.toggle('misbehaves', !isUsual);
	showConnection(connection);
}

function showConnection(connection) {
	const texts = {
		connected: 'Connected to WhatsApp',
		notConnected: 'Disconnected from WhatsApp',
		sessionToRestore: 'The session has to be restored',
		lost: 'The sandbox has ended; waiting for it …',
	};
	document.body.classList.toggle('is-disconnected', connection !== 'connected');
	write(document, { '#connection': texts[connection] });
}

function describe(response) {
	const texts = {
		reset: 'Connection reset',
		resetMidResponse: 'Connection reset within the response',
		silence: 'No response',
	};
	const { status, body } = response;
	const content = body?.error ?? (typeof body === 'string' ? 'HTML page' : 'empty');
	return texts[response] ?? `${status} · ${content}`;
}

function toFaults() {
	const { response, path, every, times } = switches.elements;
	if (!response.value) return [];
	const when = { path: path.value, every: every.valueAsNumber };
	const end = times.value && { times: times.valueAsNumber };
	return [{ response: JSON.parse(response.value), ...when, ...end }];
}

const set = async (settings) => await send('PUT', '/sandbox/settings', settings);

switches.addEventListener('change', async ({ target }) => {
	// Another failure has not struck yet.
	if (target.name === 'response') switches.elements.times.value = '';
	if (!switches.reportValidity()) return;
	const isFault = target.closest('fieldset') !== null;
	await set(isFault ? { faults: toFaults() } : { [target.name]: target.value });
});
switches.addEventListener('reset', async () => {
	await set({ faults: [], connection: 'connected', latencyMs: 0, requestsPerSecond: 0 });
});
find('#clear').addEventListener('click', async () => await send('DELETE', '/sandbox/requests'));

/* Helpers */

async function send(method, path, body) {
	const headers = { 'content-type': 'application/json' };
	const json = body && { headers, body: JSON.stringify(body) };
	const response = await fetch(path, { method, ...json });
	if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
}

/** Brings a list in line with the items; each keeps its element, and so focus stays where it is. */
function sync(parent, items, key, show) {
	const { content } = find(`#${parent.id}-template`);
	const before = new Map([...parent.children].map((element) => [element.dataset.key, element]));
	for (const [index, item] of items.entries()) {
		const element = before.get(`${item[key]}`) ?? content.firstElementChild.cloneNode(true);
		element.dataset.key = item[key];
		before.delete(element.dataset.key);
		show(element, item);
		if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index]);
	}
	for (const element of before.values()) element.remove();
}

/** Sets texts, by selector. What is the same already stays, so that one can select it. */
function write(within, texts) {
	for (const [selector, text] of Object.entries(texts)) {
		const element = find(selector, within);
		if (element.textContent !== `${text}`) element.textContent = text;
	}
}

function showCopy(button, what, value, short = value) {
	button.value = value;
	button.title = `Copy the ${what} ${value}`;
	button.ariaLabel = `Copy the ${what} ${short}`;
	write(button, { code: short });
}

function timeLeft(expiresAt) {
	const left = Math.ceil((expiresAt - Date.now()) / 60_000);
	const units = { day: 24 * 60, hour: 60, minute: 1 };
	const [unit, length] = Object.entries(units).find(([, length]) => left > length) ?? ['minute', 1];
	const format = new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay: 'long' });
	return `${format.format(Math.ceil(left / length))} left`;
}

const join = (separator, ...parts) => parts.filter(Boolean).join(separator);
const minutes = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const seconds = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const shorten = (id) => `${id}`.replace(/^(.{4}).{5,}(.{4})$/s, '$1…$2');
const senderIn = ({ isGroup, name }, { senderName }) =>
	isGroup && senderName !== name ? senderName : '';
const nameOf = ({ name, phone }) => name || phone;
const kindOf = ({ phone, isGroup, archived }) =>
	join(
		', ',
		phone.endsWith('@newsletter') && 'channel',
		isGroup && 'group',
		archived && 'archived',
	);
const timeOf = ({ messages }) => messages.at(-1)?.momment ?? 0;
const isIn = (pins) => (one) => pins.some(({ messageId }) => messageId === one.messageId);
const pinsOf = ({ pins }) => pins.filter(({ expiresAt }) => expiresAt > Date.now());
