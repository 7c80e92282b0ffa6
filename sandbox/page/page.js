// Shows the state of the sandbox, and lets users act as people in its chats. Texts are never set as HTML.
import { html, render } from '/preact.js';

let state;
let isLost = false;
/** The message that is being replied to. */
let replyTo;

const source = new EventSource('/sandbox/events');
source.addEventListener('message', ({ data }) => {
	isLost = false;
	state = JSON.parse(data);
	show();
});
source.addEventListener('error', () => {
	isLost = true;
	show();
});
addEventListener('hashchange', () => {
	replyTo = undefined;
	show();
	toEnd();
});
// Updates the time, as pins expire.
setInterval(show, 30_000);

function show() {
	if (!state) return;
	const log = document.querySelector('[role=log]');
	const isAtEnd = !log || log.scrollHeight - log.scrollTop - log.clientHeight < 50;
	const chats = state.chats.toSorted((one, other) => timeOf(other) - timeOf(one));
	const wanted = new URLSearchParams(location.hash.slice(1)).get('chat');
	const chat = chats.find(({ phone }) => phone === wanted) ?? chats[0];
	render(
		html`${Header()} ${List(chats, chat)} ${Chat(chat)}
			<aside aria-label="Queue, requests and switches">
				${Queue()} ${Requests()} ${Switches()}
			</aside>`,
		document.querySelector('#page'),
	);
	if (isAtEnd) toEnd();
}

function toEnd() {
	const log = document.querySelector('[role=log]');
	log.scrollTop = log.scrollHeight;
}

const CONNECTIONS = {
	connected: 'Connected to WhatsApp',
	notConnected: 'Disconnected from WhatsApp',
	sessionToRestore: 'Session must be restored',
};

const PIN = html`<img src="/pin.svg" alt="Pinned" width="16" height="16" />`;

const Header = () =>
	html`<header>
		<h1><img src="/pin.svg" alt="" width="28" height="28" /> Z-API sandbox</h1>
		<p role="status">${isLost && 'The sandbox has stopped. Waiting for it …'}</p>
		<select aria-label="Connection" class=${state.settings.connection} ...${setting('connection')}>
			${Object.entries(CONNECTIONS).map(([value, text]) => html`<option value=${value}>${text}</option>`)}
		</select>
		<button onClick=${() => send('POST', 'reset')}>Reset</button>
		${state.editorUrl && html`<a href=${state.editorUrl}>Open n8n’s editor</a>`}
	</header>`;

const List = (chats, { phone: selected }) =>
	html`<nav aria-label="Chats">
		<ul>
			${chats.map((chat) => {
				const { phone, messages, pins } = chat;
				return html`<li key=${phone}>
					<a href=${linkTo(phone)} aria-current=${phone === selected}>
						<strong>${nameOf(chat)}</strong> ${' '} ${pins.length > 0 && PIN}
						<small>${messages.at(-1)?.text ?? kindOf(chat)}</small>
					</a>
				</li>`;
			})}
		</ul>
	</nav>`;

function Chat(chat) {
	const { phone, messages, isGroup, people } = chat;
	const pins = chat.pins.filter(({ expiresAt }) => expiresAt > Date.now());
	const textOf = (id) => messages.find(({ messageId }) => messageId === id)?.text;
	const act = async (path, deed) => {
		const by = document.querySelector('[name=by]').value;
		await send('POST', path, { phone, by, ...deed });
	};
	const write = async (event) => {
		event.preventDefault();
		const field = event.target.elements.text;
		const text = field.value.trim();
		if (!text) return;
		await act('messages', { text, ...(replyTo && { replyTo }) });
		field.value = '';
		replyTo = undefined;
		show();
		toEnd();
	};
	const onKeyDown = (event) => {
		if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
		event.preventDefault();
		event.target.form.requestSubmit();
	};
	const reply = (messageId) => {
		replyTo = messageId;
		show();
		document.querySelector('textarea')?.focus();
	};
	return html`<main key=${phone}>
		<header>
			<h2>${nameOf(chat)} <small>${kindOf(chat)}</small></h2>
			<code>${phone}</code>
		</header>
		<ul aria-label="Pinned messages" aria-live="polite">
			${pins.map(
				({ messageId, expiresAt }) =>
					html`<li key=${messageId}>
						<button onClick=${() => goTo(messageId)}>
							${PIN}
							<span>${textOf(messageId) ?? `A message from before the sandbox, ${messageId}`}</span>
							<small>${timeLeft(expiresAt)}</small>
						</button>
					</li>`,
			)}
		</ul>
		<div role="log" aria-label="Messages" tabindex="0">
			${messages.map((message) => {
				const { messageId, fromMe, senderName } = message;
				const isPinned = pins.some((pin) => pin.messageId === messageId);
				const pinning = { messageId, action: isPinned ? 'unpin' : 'pin' };
				return html`<article
					key=${messageId}
					id=${messageId}
					class=${fromMe && 'mine'}
					tabindex="-1"
				>
					${isGroup && !fromMe && html`<strong>${senderName}</strong>`}
					${message.replyTo && html`<blockquote>${textOf(message.replyTo) ?? message.replyTo}</blockquote>`}
					<p>${message.text}</p>
					<small>
						<code>${messageId}</code>
						${isPinned && PIN}
						${Object.entries(message.reactions).map(
							([name, value]) => html`<span title=${name}>${value}</span>`,
						)}
						<time>${clock.format(message.momment)}</time>
					</small>
					<div>
						<button onClick=${() => reply(messageId)}>Reply</button>
						<button onClick=${() => act('reactions', { messageId, value: '👍' })}>React</button>
						<button onClick=${() => act('pins', pinning)}>${isPinned ? 'Unpin' : 'Pin'}</button>
					</div>
				</article>`;
			})}
		</div>
		<form onSubmit=${write}>
			${
				replyTo &&
				html`<p>
					Replying to “${textOf(replyTo)}”
					<button type="button" onClick=${() => reply(undefined)}>Cancel</button>
				</p>`
			}
			<select name="by" aria-label="As">
				${people.map((one) => html`<option value=${one.phone}>As ${one.name}</option>`)}
				<option value="">As the connected number</option>
			</select>
			<textarea
				name="text"
				rows="1"
				aria-label=${`Write in ${nameOf(chat)}`}
				onKeyDown=${onKeyDown}
			/>
			<button class="main">Send</button>
		</form>
	</main>`;
}

function goTo(messageId) {
	const message = document.getElementById(messageId);
	message?.scrollIntoView({ block: 'center' });
	message?.focus({ preventScroll: true });
}

const Queue = () =>
	html`<section>
		<h2>Queue <small>${state.waiting.length} waiting, ${state.failed.length} failed</small></h2>
		<ul aria-label="Queue">
			${[...state.waiting, ...state.failed].map(
				({ messageId, phone, what, error = 'waits' }) =>
					html`<li key=${messageId}>
						<span title=${what}>${what}</span> <small>in ${nameIn(phone)}: ${error}</small>
					</li>`,
			)}
		</ul>
	</section>`;

const Requests = () =>
	html`<section>
		<h2>
			Requests <small>${state.requests.at(-1)?.number ?? 'none yet'}</small>
			<button onClick=${() => send('DELETE', 'requests')}>Clear</button>
		</h2>
		<ol aria-label="Requests, the latest first" tabindex="0">
			${state.requests.toReversed().map((request) => {
				const { number, method, path, phone, messageId, messageAction, isDone, isFaulty } = request;
				const asked = [clock.format(request.receivedAt), messageAction, messageId];
				if (phone) asked.push(`in ${nameIn(phone)}`);
				const status = request.status || (isFaulty ? 'no response' : '…');
				return html`<li key=${number}>
					<code>${method} ${path}</code> ${isFaulty && html`<small>on purpose</small> `}
					<b class=${isDone && !isFaulty ? 'done' : ''}>${status}</b>
					<small title=${messageId}> ${asked.filter(Boolean).join(' ')} </small>
				</li>`;
			})}
		</ol>
	</section>`;

function Switches() {
	const { faults, connection, requestsPerSecond, latencyMs } = state.settings;
	const [fault] = faults;
	const known = [...state.offeredFaults, ...faults.map(({ response }) => response)];
	const offered = new Map(known.map((response) => [JSON.stringify(response), describe(response)]));
	const set = ({ target: { form, name } }) => {
		const { response, path, every, times } = form.elements;
		if (!form.reportValidity()) return;
		const until = name !== 'response' && times.value && { times: times.valueAsNumber };
		const when = { path: path.value, every: every.valueAsNumber, ...until };
		const isSet = response.value !== '';
		send('PUT', 'settings', {
			faults: isSet ? [{ response: JSON.parse(response.value), ...when }] : [],
		});
	};
	const field = (name, value) => ({ ...keep(name, value), onChange: set });
	const allOff = { faults: [], connection: 'connected', latencyMs: 0, requestsPerSecond: 0 };
	const isUsual = !fault && !latencyMs && !requestsPerSecond && connection === 'connected';
	return html`<details>
		<summary>Misbehave ${!isUsual && html`<small>(it does)</small>`}</summary>
		<form>
			<label>
				Latency in ms
				<input type="number" min="0" max="600000" required ...${setting('latencyMs')} />
			</label>
			<label>
				Rate limit, requests a second
				<input type="number" min="0" required ...${setting('requestsPerSecond')} />
			</label>
			<label>
				Response
				<select ...${field('response', fault ? JSON.stringify(fault.response) : '')}>
					<option value="">As usual</option>
					${[...offered].map(([value, text]) => html`<option value=${value}>${text}</option>`)}
				</select>
			</label>
			<label>
				For
				<select disabled=${!fault} ...${field('path', fault?.path ?? '/pin-message')}>
					<option value="/pin-message">Pins and unpins</option>
					<option value="">Every request</option>
				</select>
			</label>
			<label>
				Every Nth message
				<input
					type="number"
					min="1"
					required
					disabled=${!fault}
					...${field('every', fault?.every ?? 1)}
				/>
			</label>
			<label>
				Only the next
				<input type="number" min="0" disabled=${!fault} ...${field('times', fault?.times ?? '')} />
			</label>
			<button type="button" onClick=${() => send('PUT', 'settings', allOff)}>All off</button>
		</form>
	</details>`;
}

/** A field that shows a setting and changes it. */
function setting(name) {
	const onChange = ({ target }) => {
		if (target.reportValidity()) send('PUT', 'settings', { [name]: target.value });
	};
	return { ...keep(name, state.settings[name]), onChange };
}

/** Keeps a value while it is edited. */
const keep = (name, value) => ({
	name,
	value: document.activeElement?.name === name ? undefined : value,
});

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

async function send(method, path, body) {
	const headers = { 'content-type': 'application/json' };
	const response = await fetch(`/sandbox/${path}`, {
		...{ method },
		...(body && { headers, body: JSON.stringify(body) }),
	});
	if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
}

function timeLeft(expiresAt) {
	const left = Math.ceil((expiresAt - Date.now()) / 60_000);
	const [unit, length] =
		left > 24 * 60 ? ['day', 24 * 60] : left > 60 ? ['hour', 60] : ['minute', 1];
	const format = new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay: 'long' });
	return `${format.format(Math.ceil(left / length))} left`;
}

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

const linkTo = (phone) => `#${new URLSearchParams({ chat: phone })}`;

const nameOf = ({ name, phone }) => name || phone;

const nameIn = (phone) => nameOf(state.chats.find((chat) => chat.phone === phone) ?? { phone });

const kindOf = ({ phone, isGroup, archived }) =>
	[phone.endsWith('@newsletter') && 'channel', isGroup && 'group', archived && 'archived']
		.filter(Boolean)
		.join(', ');

const timeOf = ({ messages }) => messages.at(-1)?.momment ?? 0;
