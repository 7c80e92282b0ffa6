// Shows what the sandbox tells. What contacts write is only ever set as text, never as HTML.

const find = (selector, within = document) => within.querySelector(selector);

const list = find('#chats');
const shown = find('#chat');
const messages = find('#messages');
const composer = find('#composer');
const switches = find('#switches');

/** By phone. */
const chats = new Map();
/** How many messages of a chat have been looked at, by phone. */
const seen = new Map();
/** Phone of the chat that is shown. The address keeps it, too, once the chat is opened. */
let selected = openedChat();

const source = new EventSource('/sandbox/events');
source.addEventListener('open', () => [chats, seen].forEach((known) => known.clear()));
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
	if (shown.checkVisibility()) seen.set(selected, chat.messages.length);
	sync(list, sorted, 'phone', showInList);
	list.setAttribute('aria-activedescendant', `chat-${selected}`);
	showChat(chat);
}

function showInList(element, chat) {
	const { phone, messages, isGroup } = chat;
	const last = messages.at(-1);
	if (!seen.has(phone)) seen.set(phone, messages.length);
	const unread = messages.length - seen.get(phone);
	const sender = isGroup && last && last.senderName !== chat.name ? `${last.senderName}: ` : '';
	element.id = `chat-${phone}`;
	element.setAttribute('aria-selected', phone === selected);
	element.classList.toggle('has-pins', pinsOf(chat).length > 0);
	showAvatar(find('.avatar', element), chat);
	write(element, {
		'.name': nameOf(chat),
		time: last ? minutes.format(last.momment) : '',
		'.last': last ? sender + last.text : '',
		'.badge': kindOf(chat),
		'.unread': unread > 0 ? `${unread} new` : '',
	});
}

function showChat(chat) {
	const { text } = composer.elements;
	const isAtEnd = messages.scrollHeight - messages.scrollTop - messages.clientHeight < 50;
	const isOther = find('#phone').value !== chat.phone;
	const pins = pinsOf(chat);
	const texts = new Map(chat.messages.map(({ messageId, text }) => [messageId, text]));
	const pinned = new Set(pins.map(({ messageId }) => messageId));

	showAvatar(find('#avatar'), chat);
	showCopy(find('#phone'), 'chat ID', chat.phone);
	write(shown, { '#name': nameOf(chat), '#kind': kindOf(chat) });
	text.placeholder = text.ariaLabel = `Write ${chat.isGroup ? 'into' : 'as'} ${nameOf(chat)}`;
	sync(find('#pins'), pins, 'messageId', (element, { messageId, expiresAt }) => {
		write(element, {
			'.text': texts.get(messageId) ?? `A message from before the sandbox, ${shorten(messageId)}`,
			'.left': timeLeft(expiresAt),
		});
	});
	sync(messages, chat.messages, 'messageId', (element, message) => {
		const { messageId, senderName, fromMe } = message;
		element.classList.toggle('from-me', fromMe);
		element.classList.toggle('is-pinned', pinned.has(messageId));
		showCopy(find('.copy', element), 'message ID', messageId, shorten(messageId));
		write(element, {
			'.sender': chat.isGroup && !fromMe && senderName !== chat.name ? senderName : '',
			'.text': message.text,
			time: minutes.format(message.momment),
		});
	});
	if (isOther || isAtEnd) messages.scrollTop = messages.scrollHeight;
}

/** Tells screen readers what has changed in a chat. */
function announce(chat, before) {
	if (!before) return;
	const isMissingIn = (pins) => (pin) => !pins.some(({ messageId }) => messageId === pin.messageId);
	const written = chat.messages.slice(before.messages.length);
	const news = [
		...written.map(({ senderName, text }) => `${senderName}: ${text}`),
		...chat.pins.filter(isMissingIn(before.pins)).map(() => `Pinned in ${nameOf(chat)}`),
		...before.pins.filter(isMissingIn(chat.pins)).map(() => `Unpinned in ${nameOf(chat)}`),
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
	const phones = [...list.children].map(({ dataset }) => dataset.key);
	const at = phones.indexOf(selected);
	const targets = {
		ArrowUp: at - 1,
		ArrowDown: at + 1,
		Home: 0,
		End: phones.length - 1,
		Enter: at,
	};
	const phone = phones[targets[event.key]];
	if (phone === undefined) return;
	event.preventDefault();
	select(phone, event.key === 'Enter');
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
	message.animate({ boxShadow: ['0 0 0 5px var(--accent)', '0 0 0 5px transparent'] }, 2500);
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
	if (event.key !== 'Enter' || event.target.type === 'submit') return;
	if (event.shiftKey || event.isComposing) return;
	event.preventDefault();
	composer.requestSubmit();
});

document.addEventListener('click', async ({ target }) => {
	const button = target.closest('.copy');
	if (!button) return;
	await navigator.clipboard.writeText(button.value);
	write(document, { '#news': 'Copied' });
	button.classList.add('is-copied');
	setTimeout(() => button.classList.remove('is-copied'), 1500);
});

/* Requests and switches */

function showRequests(requests) {
	write(document, { '#count': requests.at(-1)?.number ?? '' });
	sync(find('#requests'), requests.reverse(), 'number', (element, request) => {
		const { phone, messageId, messageAction, status, isDone, isFaulty } = request;
		const asked = [
			...[messageAction, messageId && shorten(messageId)],
			phone && `in ${chats.get(phone)?.name || phone}`,
		];
		element.classList.toggle('is-done', isDone && !isFaulty);
		element.classList.toggle('is-waiting', !status && !isFaulty);
		find('.asked', element).title = [messageId, phone].filter(Boolean).join(' in ');
		write(element, {
			'.call': `${request.method} ${request.path}`,
			'.badge': isFaulty ? 'on purpose' : '',
			'.status': status || (isFaulty ? 'no answer' : '…'),
			'.asked': asked.filter(Boolean).join(' '),
			time: seconds.format(request.receivedAt),
		});
	});
}

function showSettings({ faults, connection, latencyMs, requestsPerSecond }, offeredFaults) {
	const { elements } = switches;
	const [fault] = faults;
	for (const answer of [...offeredFaults, ...faults.map(({ response }) => response)]) {
		const value = JSON.stringify(answer);
		if ([...elements.answer.options].some((option) => option.value === value)) continue;
		elements.answer.add(new Option(describe(answer), value));
	}
	const { path = '', every = 1, times = '' } = fault ?? { path: '/pin-message' };
	const answer = fault ? JSON.stringify(fault.response) : '';
	const values = { connection, latencyMs, requestsPerSecond, answer, path, every, times };
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

function describe(answer) {
	const texts = {
		reset: 'Connection reset',
		resetMidResponse: 'Connection reset within the answer',
		silence: 'No answer',
	};
	const { status, body } = answer;
	const content = body?.error ?? (typeof body === 'string' ? 'HTML page' : 'empty');
	return texts[answer] ?? `${status} · ${content}`;
}

function toFaults() {
	const { answer, path, every, times } = switches.elements;
	if (!answer.value) return [];
	const when = { path: path.value, every: every.valueAsNumber };
	return [
		{
			response: JSON.parse(answer.value),
			...when,
			...(times.value && { times: times.valueAsNumber }),
		},
	];
}

const set = async (settings) => await send('PUT', '/sandbox/settings', settings);

switches.addEventListener('change', async ({ target }) => {
	// Another failure has not struck yet.
	if (target.name === 'answer') switches.elements.times.value = '';
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

function showAvatar(element, { name, phone }) {
	const letters = (name?.trim() || '#').split(/\s+/).map(([letter]) => letter);
	const hue = [...phone].reduce((sum, digit) => (sum * 31 + digit.charCodeAt(0)) % 360, 0);
	element.textContent = letters[0] + (letters.slice(1).at(-1) ?? '');
	element.style.setProperty('--hue', hue);
}

function timeLeft(expiresAt) {
	const left = Math.ceil((expiresAt - Date.now()) / 60_000);
	const [unit, length] =
		left > 24 * 60 ? ['day', 24 * 60] : left > 60 ? ['hour', 60] : ['minute', 1];
	const format = new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay: 'long' });
	return `${format.format(Math.ceil(left / length))} left`;
}

const minutes = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

const seconds = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

const shorten = (id) => `${id}`.replace(/^(.{4}).{5,}(.{4})$/s, '$1…$2');

const nameOf = ({ name, phone }) => name || phone;

const kindOf = ({ phone, isGroup, archived }) =>
	[phone.endsWith('@newsletter') && 'channel', isGroup && 'group', archived && 'archived']
		.filter(Boolean)
		.join(', ');

const timeOf = ({ messages }) => messages.at(-1)?.momment ?? 0;

const pinsOf = ({ pins }) => pins.filter(({ expiresAt }) => expiresAt > Date.now());
