import type { IDataObject } from 'n8n-workflow';
import { CHANNEL_OR_BROADCAST, isGroupId } from '../../shared/chat/chatId';
import { isTrue, toIso, toMs, toObject } from '../../shared/json';

/** Contents that are not messages, which come before any other. */
const NOT_MESSAGES = ['notification', 'pinMessage', 'reaction', 'pollVote', 'eventResponse'];

/** Contents of messages that Z-API documents, which come before those that it doesn't. */
// prettier-ignore
const MESSAGES = [
	'text', 'image', 'audio', 'video', 'ptv', 'document', 'contact', 'location', 'sticker', 'poll', 'event',
	'buttonsMessage', 'buttonsResponseMessage', 'listMessage', 'listResponseMessage', 'hydratedTemplate',
	'carouselMessage', 'product', 'order', 'reviewAndPay', 'reviewOrder', 'requestPayment', 'sendPayment',
	'pixKeyMessage', 'newsletterAdminInvite',
];

/** What a message replies to: an advertisement or a status. */
const BESIDE_CONTENT = ['externalAdReply', 'statusImage', 'statusVideo', 'statusAudio'];

/** Fields for the text in the content of a message. */
const TEXT_FIELDS = ['message', 'caption', 'text', 'question', 'name', 'title'];

export type ChatType = 'groups' | 'private' | 'channels';

export type Callback = ReturnType<typeof parseCallback>;

/**
 * Parses the body of a webhook call by Z-API, whose fields may be absent or of any type.
 *
 * @returns its fields as the rest of the trigger needs them, each undefined if it isn't there
 * @see https://developer.z-api.io (webhooks, examples)
 */
export function parseCallback(body: IDataObject) {
	const subject = findSubject(body);
	const content = toObject(subject && body[subject]);
	const phone = readText(body.phone);
	const chatType = findChatType(body, phone ?? '');
	const isFromMe = isTrue(body.fromMe);
	const sentAt = toMs(body.momment);
	return {
		/** As it came. */
		body,
		/** In lower case, as Z-API's documentation isn't consistent. */
		type: readText(body.type)?.toLowerCase(),
		instanceId: readText(body.instanceId),
		/** ID of what the callback reports: a message, or a pin, a reaction … of its own. */
		id: readText(body.messageId),
		/** Name of the field with the content. There is none in a waiting message, which comes again. */
		subject,
		isMessage: subject !== undefined && !NOT_MESSAGES.includes(subject),
		/** Of a message: its text, caption, question or name. */
		text: firstText(...TEXT_FIELDS.map((field) => content[field])),
		quotedId: readText(body.referenceMessageId),
		/** ID of the message that a pin, a reaction, a vote or a response to an event refers to. */
		referencedId: firstText(content.pollMessageId, toObject(content.referencedMessage).messageId),
		pin: subject === 'pinMessage' ? readPin(content, sentAt) : undefined,
		/** The emoji; empty if the reaction was removed. */
		reaction: subject === 'reaction' ? readReaction(content) : undefined,
		notification: readText(body.notification),
		/** The chat; of a connected instance, its own number. */
		phone,
		chatType,
		chatName: readText(body.chatName),
		/** All IDs of the chat. `senderLid` is that of a member in a group, and one's own if `isFromMe`. */
		chatIds: [phone, body.chatLid, chatType === 'private' && !isFromMe && body.senderLid],
		sender: readSender(body, chatType, isFromMe),
		isFromMe,
		isFromApi: isTrue(body.fromApi),
		isEdit: isTrue(body.isEdit),
		isStatusReply: isTrue(body.isStatusReply),
		hasError: Boolean(body.error),
		reason: readText(body.error),
		reasonCode: readText(body.errorCode),
		timestamp: toIso(sentAt),
	};
}

/** Removes the fields that are undefined. */
export function withoutGaps(object: IDataObject): IDataObject {
	return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

function findSubject(body: IDataObject): string | undefined {
	const isContent = (key: string) =>
		key === 'notification'
			? readText(body[key]) !== undefined
			: Object.keys(toObject(body[key])).length > 0;
	const others = Object.keys(body).filter((key) => !BESIDE_CONTENT.includes(key));
	return [...NOT_MESSAGES, ...MESSAGES, ...others].find(isContent);
}

/**
 * Distinguishes a pin from an unpin. Z-API does not document the callback of an unpin. Every action except
 * `pin` counts as an unpin, as requests have only these two actions.
 */
function readPin(content: IDataObject, sentAt: number | undefined): IDataObject | undefined {
	const action = readText(content.action)?.toLowerCase();
	if (action === undefined) return undefined;
	const isPin = action === 'pin';
	const durationSeconds = readNumber(content.pinDurationInSecs);
	const isTimed = isPin && durationSeconds && sentAt !== undefined;
	const expiresAt = isTimed ? toIso(sentAt + durationSeconds * 1000) : undefined;
	return withoutGaps({ action: isPin ? 'pin' : 'unpin', durationSeconds, expiresAt });
}

function readReaction({ value }: IDataObject): string | undefined {
	return value === '' ? '' : readText(value);
}

/** A message with `broadcast` may be in a private chat, so the ID decides. */
function findChatType(body: IDataObject, phone: string): ChatType {
	if (isTrue(body.isGroup) || isGroupId(phone)) return 'groups';
	return isTrue(body.isNewsletter) || CHANNEL_OR_BROADCAST.test(phone) ? 'channels' : 'private';
}

/** The person who did it. The LID of a private chat is in `chatLid`, or only in `senderLid`. */
function readSender(
	body: IDataObject,
	chatType: ChatType,
	isFromMe: boolean,
): IDataObject | undefined {
	const isPrivate = chatType === 'private';
	const phone = isFromMe ? body.connectedPhone : isPrivate && body.phone;
	const otherLids = isFromMe ? [] : [body.senderLid, isPrivate && body.chatLid];
	const phones = [body.participantPhone, phone].map(readText);
	const lids = [body.participantLid, ...otherLids].map(readText);
	const sender = withoutGaps({
		phone: phones.find((id) => id && !isLid(id)),
		lid: [...phones, ...lids].find((id) => id && isLid(id)),
		name: readText(body.senderName),
	});
	return Object.keys(sender).length > 0 ? sender : undefined;
}

/** Reads text that is not empty. Z-API sends some texts as numbers. */
function readText(value: unknown): string | undefined {
	if (typeof value === 'number' && Number.isFinite(value)) return String(value);
	return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function readNumber(value: unknown): number | undefined {
	const number = Number(readText(value) ?? Number.NaN);
	return Number.isFinite(number) ? number : undefined;
}

function firstText(...values: unknown[]): string | undefined {
	return values.map(readText).find((text) => text !== undefined);
}

function isLid(id: string): boolean {
	return id.endsWith('@lid');
}
