import type { IDataObject } from 'n8n-workflow';
import { isGroupId, CHANNEL_OR_BROADCAST } from '../../shared/chat/chatId';
import { isTrue, toIso, toObject } from '../../shared/json';

/** The body of a webhook call by Z-API. Any field may be absent or of any type. */
export type Callback = IDataObject;

/** Subjects that are not messages. */
const NO_MESSAGES = ['notification', 'pinMessage', 'reaction', 'pollVote', 'eventResponse'];

/** Fields next to the content of a message: the advertisement or the status that it replies to. */
const NO_CONTENT = ['externalAdReply', 'statusImage'];

/** Fields for the text in the content of a message. */
const TEXT_FIELDS = ['message', 'caption', 'text', 'question', 'name', 'title'];

/**
 * Finds the field with the content of a callback of the received webhook.
 *
 * @returns its name; undefined if there is no content yet, as in a waiting message
 * @see https://developer.z-api.io (received webhook, examples)
 */
export function toSubject(callback: Callback): string | undefined {
	const isSubject = (key: string) =>
		key === 'notification' ? toText(callback[key]) !== undefined : isContent(callback[key]);
	const isMessage = (key: string) => isContent(callback[key]) && !NO_CONTENT.includes(key);
	return NO_MESSAGES.find(isSubject) ?? Object.keys(callback).find(isMessage);
}

export function isMessage(subject: string | undefined): subject is string {
	return subject !== undefined && !NO_MESSAGES.includes(subject);
}

/** The text of a message, or its caption, question or name. */
export function toMessageText(callback: Callback): string | undefined {
	const content = toObject(callback[toSubject(callback) ?? '']);
	return firstText(...TEXT_FIELDS.map((field) => content[field]));
}

/**
 * Distinguishes a pin from an unpin. Z-API does not document the callback of an unpin. Every action except
 * `pin` counts as an unpin, as requests have only these two actions.
 */
export function toPinAction({ pinMessage }: Callback): 'pin' | 'unpin' | undefined {
	const action = toText(toObject(pinMessage).action)?.toLowerCase();
	return action === undefined || action === 'pin' ? action : 'unpin';
}

/** The details of a pin or unpin, with the time when it expires if it can be computed. */
export function toPin(callback: Callback): IDataObject {
	const action = toPinAction(callback);
	const durationSeconds = toNumber(toObject(callback.pinMessage).pinDurationInSecs);
	const pinnedAt = toNumber(callback.momment) ?? Number.NaN;
	const isTimed = action === 'pin' && durationSeconds;
	const expiresAt = isTimed ? toIso(pinnedAt + durationSeconds * 1000) : undefined;
	return withoutGaps({ action, durationSeconds, expiresAt });
}

/** ID of the message that a pin, a reaction, a vote or a response to an event refers to. */
export function toReferenced(callback: Callback): string | undefined {
	const { pollMessageId, referencedMessage } = toObject(callback[toSubject(callback) ?? '']);
	return firstText(pollMessageId, toObject(referencedMessage).messageId);
}

/** The emoji; undefined if the reaction was removed. */
export function toReaction({ reaction }: Callback): string | undefined {
	return toText(toObject(reaction).value);
}

function isTakenBack({ reaction }: Callback): boolean {
	return toObject(reaction).value === '';
}

/** The kind of an Other Activity event: Z-API's name of the notification, or the name of the field. */
export function toKind(callback: Callback): string | undefined {
	const subject = toSubject(callback);
	if (subject === 'notification') return toText(callback.notification);
	if (subject === 'reaction') return isTakenBack(callback) ? 'reactionRemoved' : undefined;
	return subject === 'pollVote' || subject === 'eventResponse' ? subject : undefined;
}

/** The type of the chat; undefined for channels and broadcast lists. */
export function toChatType(callback: Callback): 'groups' | 'private' | undefined {
	const phone = toText(callback.phone) ?? '';
	if (isTrue(callback.isGroup) || isGroupId(phone)) return 'groups';
	const isOther = isTrue(callback.isNewsletter) || isTrue(callback.broadcast);
	return isOther || CHANNEL_OR_BROADCAST.test(phone) ? undefined : 'private';
}

/** The person who did it. The LID of a private chat is in `chatLid`, or only in `senderLid`. */
export function toSender(callback: Callback): IDataObject | undefined {
	const { participantPhone, participantLid, senderLid, chatLid, connectedPhone } = callback;
	const isMine = isTrue(callback.fromMe);
	const others =
		toChatType(callback) === 'private'
			? { phone: callback.phone, lid: firstText(senderLid, chatLid) }
			: { phone: undefined, lid: senderLid };
	const { phone, lid } = isMine ? { phone: connectedPhone, lid: undefined } : others;
	const phones = [participantPhone, phone].map(toText);
	const sender = withoutGaps({
		phone: phones.find((id) => id && !isLid(id)),
		lid: [...phones, ...[participantLid, lid].map(toText)].find((id) => id && isLid(id)),
		name: toText(callback.senderName),
	});
	return Object.keys(sender).length > 0 ? sender : undefined;
}

/** Reads text that is not empty. Z-API sends some texts as numbers. */
export function toText(value: unknown): string | undefined {
	if (typeof value === 'number' && Number.isFinite(value)) return String(value);
	return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

export function toNumber(value: unknown): number | undefined {
	const number = Number(toText(value) ?? Number.NaN);
	return Number.isFinite(number) ? number : undefined;
}

export function withoutGaps(object: IDataObject): IDataObject {
	return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

function firstText(...values: unknown[]): string | undefined {
	return values.map(toText).find((text) => text !== undefined);
}

function isContent(value: unknown): boolean {
	return Object.keys(toObject(value)).length > 0;
}

function isLid(id: string): boolean {
	return id.endsWith('@lid');
}
