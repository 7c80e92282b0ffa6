// Shows the state of the sandbox, and lets users act as people in its chats. Texts are never set as HTML.
import { html, render } from '/preact.js';

let state;
let isLost = false;
/** The message that is being replied to. */
let replyTo;
/** Phone number of the person whom the user acts as; empty: the connected number. */
let by;

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
	replyTo = by = undefined;
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
		html`<div class="screen">${Header()} ${List(chats, chat)} ${Chat(chat)}</div>
			<aside aria-label="Webhooks, queue, requests and switches">
				${Webhooks()} ${Queue()} ${Requests()} ${Switches()}
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

const REACTIONS = ['👍', '❤️', '😂', '🙏', '📌'];

const DURATIONS = { '24_hours': '24 hours', '7_days': '7 days', '30_days': '30 days' };

const Header = () =>
	html`<header>
		<h1><img src="/pin.svg" alt="" width="28" height="28" /> Z-API sandbox</h1>
		<p role="status" class=${isLost && 'lost'}>
			${isLost ? 'The sandbox has stopped. Waiting for it …' : 'Invented chats on this machine: nothing is sent to WhatsApp.'}
		</p>
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
						<i aria-hidden="true">${initialsOf(chat)}</i>
						<strong>${nameOf(chat)}</strong>
						${pins.length > 0 && PIN}
						<small>${(messages.length > 0 && preview(messages.at(-1))) || kindOf(chat)}</small>
					</a>
				</li>`;
			})}
		</ul>
	</nav>`;

function Chat(chat) {
	const { phone, messages, isGroup, isCommunity, people } = chat;
	by ??= people[0]?.phone ?? '';
	const pins = chat.pins.filter(({ expiresAt }) => expiresAt > Date.now());
	const textOf = (id) => {
		const message = messages.find(({ messageId }) => messageId === id);
		return message && preview(message);
	};
	const act = async (path, deed) => await send('POST', path, { phone, by, ...deed });
	const say = async (deed) => {
		await act('messages', { ...deed, ...(replyTo && { replyTo }) });
		replyTo = undefined;
		show();
		toEnd();
	};
	const write = async (event) => {
		event.preventDefault();
		const field = event.target.elements.text;
		const text = field.value.trim();
		if (!text) return;
		await say({ text });
		field.value = '';
	};
	const attach = ({ target }) => {
		const [file] = target.files;
		const text = target.form.elements.text;
		const reader = new FileReader();
		reader.addEventListener('load', async () => {
			await say({ text: text.value.trim(), file: reader.result, fileName: file.name });
			target.value = text.value = '';
		});
		reader.readAsDataURL(file);
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
	const become = ({ target }) => {
		by = target.value;
		show();
	};
	// The demo is the only one that is known to listen for this word.
	const isDemo =
		state.editorUrl && state.webhooks.some(({ kind }) => kind === 'receivedCallbackUrl');
	return html`<main key=${phone}>
		<header>
			<i aria-hidden="true">${initialsOf(chat)}</i>
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
				const { messageId, fromMe, fromApi, senderName, mentionsAll } = message;
				const isPinned = pins.some((pin) => pin.messageId === messageId);
				return html`<article
					key=${messageId}
					id=${messageId}
					class=${fromMe && 'mine'}
					tabindex="-1"
				>
					${(isGroup || fromMe) && html`<strong>${fromApi ? 'n8n, by the API' : senderName}</strong>`}
					${message.replyTo && html`<blockquote>${textOf(message.replyTo) ?? message.replyTo}</blockquote>`}
					${message.media && File(message)}
					${(message.text || !message.media) && html`<p>${message.text}</p>`}
					${message.poll && Poll(message, chat, act)}
					<small>
						<code title="Message ID">${messageId}</code>
						${mentionsAll && html`<span>mentions everyone</span>`} ${isPinned && PIN}
						${Object.entries(message.reactions).map(
							([name, value]) => html`<span class="reaction" title=${name}>${value}</span>`,
						)}
						<time>${clock.format(message.momment)}</time>
					</small>
					<div>
						<button onClick=${() => reply(messageId)}>Reply</button>
						${Menu(
							'React',
							[...REACTIONS.map((value) => [value, value]), ['none', 'Take back']],
							(value) => act('reactions', { messageId, value: value === 'none' ? '' : value }),
						)}
						${
							isPinned
								? html`<button onClick=${() => act('pins', { messageId, action: 'unpin' })}>
										Unpin
									</button>`
								: Menu('Pin', Object.entries(DURATIONS), (duration) =>
										act('pins', { messageId, action: 'pin', duration }),
									)
						}
					</div>
				</article>`;
			})}
		</div>
		${
			isCommunity
				? html`<p>
						A community itself: Z-API accepts what is sent here, and nobody sees it. Its
						announcement group has the same name.
					</p>`
				: html`<form onSubmit=${write}>
						${
							replyTo &&
							html`<p>
								Replying to “${textOf(replyTo)}”
								<button type="button" onClick=${() => reply(undefined)}>Cancel</button>
							</p>`
						}
						<select name="by" aria-label="As" value=${by} onChange=${become}>
							${people.map((one) => html`<option value=${one.phone}>As ${one.name}</option>`)}
							<option value="">As the connected number</option>
						</select>
						<label title="Attach a file; the text is its caption">
							<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
								<path
									d="M20 11 12 19a5 5 0 0 1-7-7l8-8a3.5 3.5 0 0 1 5 5l-8 8a1.5 1.5 0 0 1-2-2l7-7"
									fill="none"
									stroke="currentColor"
									stroke-width="2"
									stroke-linecap="round"
								/>
							</svg>
							<input type="file" aria-label="Attach a file" onChange=${attach} />
						</label>
						<textarea
							name="text"
							rows="1"
							aria-label=${`Write in ${nameOf(chat)}`}
							placeholder=${isDemo ? 'Write #notice …' : 'Write a message …'}
							onKeyDown=${onKeyDown}
						/>
						<button class="main">Send</button>
					</form>`
		}
	</main>`;
}

/** A list that does something at once, and then shows its name again. */
const Menu = (name, choices, act) =>
	html`<select
		aria-label=${name}
		value=""
		onChange=${({ target }) => {
			act(target.value);
			target.value = '';
		}}
	>
		<option value="" hidden>${name} ▾</option>
		${choices.map(([value, text]) => html`<option value=${value}>${text}</option>`)}
	</select>`;

const KINDS = { image: 'Picture', video: 'Video', document: 'Document' };

/** Only what the sandbox serves itself is loaded. */
function File({ messageId, media, text }) {
	const { kind, mimeType, bytes, fileName, url, isKept } = media;
	const source = `/sandbox/media/${messageId}`;
	const name = KINDS[kind];
	if (isKept && /^image\/(png|jpeg|gif|webp)$/.test(mimeType)) {
		return html`<img src=${source} alt=${text || fileName || name} />`;
	}
	const size = bytes === undefined ? 'not fetched here' : sizes.format(bytes / 1024);
	const title = (fileName ?? (url && new URL(url).pathname.split('/').at(-1))) || name;
	return html`<figure>
		<i aria-hidden="true">${title.match(/\.(\w{1,4})$/)?.[1].toUpperCase() ?? name}</i>
		<figcaption>
			${isKept ? html`<a href=${source} download=${title}>${title}</a>` : html`<b>${title}</b>`}
			<small>${[mimeType, size, url && new URL(url).host].filter(Boolean).join(' · ')}</small>
		</figcaption>
	</figure>`;
}

function Poll({ messageId, poll, votes }, { people }, act) {
	const voter = people.find((one) => one.phone === by)?.name ?? 'Me';
	const mine = votes[voter] ?? [];
	const vote = (option) => {
		const rest = mine.filter((one) => one !== option);
		const others = poll.maxOptions === 1 ? [] : rest;
		const options = rest.length < mine.length ? rest : [...others, option];
		return act('votes', { messageId, options });
	};
	return html`<ul aria-label="Options of the poll">
		${poll.options.map((option) => {
			const voters = Object.keys(votes).filter((name) => votes[name].includes(option));
			return html`<li key=${option}>
				<button aria-pressed=${mine.includes(option)} onClick=${() => vote(option)}>
					<span>${option}</span> <b class="done">${voters.length}</b>
					<small>${voters.join(', ')}</small>
				</button>
			</li>`;
		})}
	</ul>`;
}

function goTo(messageId) {
	const message = document.getElementById(messageId);
	message?.scrollIntoView({ block: 'center' });
	message?.focus({ preventScroll: true });
}

const WEBHOOKS = {
	receivedCallbackUrl: 'Received',
	receivedAndDeliveryCallbackUrl: 'Received, sent by me',
	deliveryCallbackUrl: 'On send',
	connectedCallbackUrl: 'Connected',
	disconnectedCallbackUrl: 'Disconnected',
	messageStatusCallbackUrl: 'Message status',
	presenceChatCallbackUrl: 'Presence',
};

function Webhooks() {
	const { webhooks, calls, sentByMe } = state;
	return html`<section>
		<h2>Webhooks <small>${webhooks.length || 'none'} registered</small></h2>
		<ul aria-label="Webhooks">
			${webhooks.map(
				({ kind, receivers: [first, ...others] }) =>
					html`<li key=${kind}>
						<b class="done">${WEBHOOKS[kind]}</b> ${Receiver(first)}
						${others.map((other) => html`<span>passes on to ${Receiver(other)}</span>`)}
					</li>`,
			)}
		</ul>
		<p>
			<small>
				${
					webhooks.length === 0
						? 'Publish a workflow with the trigger, or test it: its webhooks appear here, and what they are called for.'
						: `“Notify sent by me” is ${sentByMe ? 'on' : 'off'}.`
				}
			</small>
		</p>
		${calls.length > 0 && html`<h3>Last calls</h3>`}
		<ol aria-label="Calls of webhooks, the latest first" tabindex="0">
			${calls.toReversed().map(
				({ number, what, phone, momment, status, attempts, receiver }) =>
					html`<li key=${number}>
						<b class=${status === 200 ? 'done' : ''}
							>${status || (attempts > 1 ? 'no response' : '…')}</b
						>
						${' '}${what} ${phone && html`<small>in ${nameIn(phone)}</small>`}
						<small>
							${clock.format(momment)} to ${receiver.workflow || receiver.host}
							${attempts > 1 && `, ${attempts} attempts`}
						</small>
					</li>`,
			)}
		</ol>
	</section>`;
}

const Receiver = ({ host, workflow, isTest }) =>
	html`${workflow && html`“${workflow}” `}<small>${isTest && 'test, '}${host}</small>`;

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
			<p>
				<small>
					Makes this stand-in for Z-API slow, busy or broken on purpose, to see what your workflow
					does then.
				</small>
			</p>
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
		garbage: 'Garbage instead of HTTP',
		silence: 'No response',
	};
	const { status, body } = response;
	const content = body?.error ?? (typeof body === 'string' ? 'HTML page' : 'empty');
	return texts[response] ?? `${status} · ${content}`;
}

async function send(method, path, body) {
	const headers = { 'content-type': 'application/json' };
	const response = await fetch(`/sandbox/${path}`, {
		method,
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

const kindOf = ({ phone, isGroup, isGroupAnnouncement, isCommunity, archived }) =>
	[
		phone.endsWith('@newsletter') && 'channel',
		isCommunity ? 'community' : isGroupAnnouncement ? 'announcements' : isGroup && 'group',
		archived && 'archived',
	]
		.filter(Boolean)
		.join(', ');

const initialsOf = ({ name }) =>
	(name ?? '@')
		.split(' ')
		.filter(Boolean)
		.map(([letter]) => letter)
		.slice(0, 2)
		.join('');

/** A message in one line. */
const preview = ({ text, media, poll }) => {
	const kind = poll ? 'Poll' : media && KINDS[media.kind];
	return [kind, text || media?.fileName].filter(Boolean).join(': ');
};

const sizes = new Intl.NumberFormat('en', {
	style: 'unit',
	unit: 'kilobyte',
	maximumFractionDigits: 0,
});

const timeOf = ({ messages }) => messages.at(-1)?.momment ?? 0;
