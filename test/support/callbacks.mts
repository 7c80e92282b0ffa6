import type { IDataObject } from 'n8n-workflow';

/** Common fields of callbacks of the received webhook, from a private chat. */
export const RECEIVED: IDataObject = {
	type: 'ReceivedCallback',
	instanceId: 'INSTANCE-1',
	messageId: '77DF5293EBC176FFA6A88838E7A6AD83',
	phone: '5511999999999',
	chatLid: null,
	senderLid: '999999999999999@lid',
	isGroup: false,
	isNewsletter: false,
	fromMe: false,
	fromApi: false,
	momment: 1700000000000,
	status: 'RECEIVED',
	chatName: 'Ana Souza',
	senderName: 'Ana',
	participantPhone: null,
	participantLid: null,
	connectedPhone: '5511900000000',
	waitingMessage: false,
	isEdit: false,
	isStatusReply: false,
	broadcast: false,
	referenceMessageId: null,
	forwarded: false,
	externalAdReply: null,
	photo: 'https://media.example.com/photo',
	senderPhoto: null,
};

export const MESSAGE: IDataObject = { ...RECEIVED, text: { message: 'Hello' } };

export const IN_GROUP = {
	phone: '120363019502650977-group',
	isGroup: true,
	chatName: 'Condomínio Jardim',
	participantPhone: '5511955554444',
	participantLid: '888888888888888@lid',
	senderLid: '888888888888888@lid',
};

export const IN_CHANNEL = { phone: '120363166555745933@newsletter', isNewsletter: true };

const REFERENCED = {
	messageId: '3EB0796DC6B777C0C7CD',
	fromMe: true,
	phone: '5511999999999',
	participant: null,
};

export const PIN = {
	...RECEIVED,
	messageId: 'D241XXXX732339502B68',
	pinMessage: { action: 'pin', pinDurationInSecs: 604800, referencedMessage: REFERENCED },
};

export const UNPIN = {
	...PIN,
	pinMessage: { action: 'unpin', pinDurationInSecs: 0, referencedMessage: REFERENCED },
};

export const REACTION = {
	...RECEIVED,
	messageId: 'R1',
	reaction: {
		value: '📌',
		time: 1700000000000,
		reactionBy: '5511999999999',
		referencedMessage: REFERENCED,
	},
};

const HEADER = { instanceId: 'INSTANCE-1', momment: 1700000000000 };

export const DELIVERY: IDataObject = {
	...HEADER,
	type: 'DeliveryCallback',
	phone: '5511999999999',
	messageId: 'D241XXXX732339502B68',
	zaapId: '3999984263738042930CD6ECDE9VDWSA',
};

export const CONNECTED: IDataObject = {
	...HEADER,
	type: 'ConnectedCallback',
	connected: true,
	phone: '5511900000000',
};

export const DISCONNECTED: IDataObject = {
	...HEADER,
	type: 'DisconnectedCallback',
	disconnected: true,
	error: 'Device has been disconnected',
};

/** Z-API's messages: what each is, its content, and its text. */
const CONTENTS: Array<[what: string, content: IDataObject, text?: string]> = [
	['a text', { text: { message: 'Hello' } }, 'Hello'],
	['a text with a link', { text: { message: 'Look', title: 'Page', url: '' } }, 'Look'],
	[
		'a text in reply to an advertisement',
		{ externalAdReply: { title: 'Ad' }, text: { message: 'Hi' } },
		'Hi',
	],
	[
		'a reply to a status',
		{ isStatusReply: true, text: { message: 'Nice' }, statusImage: { caption: 'Sea' } },
		'Nice',
	],
	[
		'a reply to a status, told after it',
		{ statusImage: { caption: 'Sea' }, text: { message: 'Nice' } },
		'Nice',
	],
	[
		'a reply to a status with video',
		{ statusVideo: { caption: 'Sea' }, hologram: { text: 'Nice' } },
		'Nice',
	],
	[
		'a reply to a status with audio',
		{ statusAudio: { ptt: true }, hologram: { text: 'Nice' } },
		'Nice',
	],
	['a text after an unknown object', { hologram: { text: 'No' }, text: { message: 'Yes' } }, 'Yes'],
	['an image', { image: { imageUrl: 'https://x', caption: 'The lift' } }, 'The lift'],
	['an image without caption', { image: { imageUrl: 'https://x', caption: '' } }],
	['an audio', { audio: { ptt: true, seconds: 3, audioUrl: 'https://x' } }],
	['a video', { video: { videoUrl: 'https://x', caption: 'The pool' } }, 'The pool'],
	['a GIF', { video: { videoUrl: 'https://x', caption: '' } }],
	['a PTV', { ptv: { videoUrl: 'https://x' } }],
	[
		'a document',
		{ document: { documentUrl: 'https://x', title: 'Minutes', fileName: 'm.pdf' } },
		'Minutes',
	],
	['a contact', { contact: { displayName: 'Ana', vCard: 'x', phones: [] } }],
	['a location', { location: { latitude: 1, longitude: 2, address: 'A street' } }],
	['a sticker', { sticker: { stickerUrl: 'https://x' } }],
	[
		'a poll',
		{ poll: { question: 'When?', pollMaxOptions: 1, options: [{ name: 'Now' }] } },
		'When?',
	],
	['buttons', { buttonsMessage: { message: 'Choose', buttons: [] } }, 'Choose'],
	['a response to buttons', { buttonsResponseMessage: { buttonId: '1', message: 'Yes' } }, 'Yes'],
	[
		'a response to a list',
		{ listResponseMessage: { message: 'B', title: 'Two', selectedRowId: '2' } },
		'B',
	],
	[
		'a template',
		{ hydratedTemplate: { message: 'Your code', title: 'Code', hydratedButtons: [] } },
		'Your code',
	],
	['a carousel', { carouselMessage: { text: 'Offers', cards: [] } }, 'Offers'],
	['a PIX key', { pixKeyMessage: { key: '1', keyType: 'cpf', merchantName: 'Shop' } }],
	['a product', { product: { title: 'Cup', price: 1, description: 'Blue' } }, 'Cup'],
	['an order', { order: { message: 'Two cups', itemCount: 2, products: [] } }, 'Two cups'],
	['an order to be paid', { reviewAndPay: { orderStatus: 'pending', total: 1, products: [] } }],
	['an order that has changed', { reviewOrder: { orderStatus: 'processing', total: 1 } }],
	['a request for payment', { requestPayment: { value: 1, currencyCode: 'BRL' } }],
	['a payment', { sendPayment: { paymentInfo: { value: 1 } } }],
	['an event', { event: { name: 'Party', description: 'At the pool', canceled: false } }, 'Party'],
	[
		'an invitation to administer a channel',
		{ newsletterAdminInvite: { newsletterId: '1', text: 'Come' } },
		'Come',
	],
	[
		'a message to a broadcast list',
		{ broadcast: true, broadcastRecipients: ['1'], text: { message: 'All' } },
		'All',
	],
	['an edit', { isEdit: true, text: { message: 'Hello!' } }, 'Hello!'],
	['content that Z-API may invent yet', { hologram: { message: 'Help me' } }, 'Help me'],
];

/** Each of Z-API's messages, with its kind and its text. */
export const MESSAGES = CONTENTS.map(
	([what, content, text]) => [what, { ...RECEIVED, ...content }, text] as const,
);

/** Notifications, an open list. */
export const NOTIFICATIONS = [
	'CALL_RECEIVED',
	'CALL_ACCEPTED',
	'CALL_STARTED',
	'CALL_ENDED',
	'CALL_VOICE',
	'CALL_VIDEO',
	'CALL_MISSED_VOICE',
	'CALL_MISSED_VIDEO',
	'GROUP_CREATE',
	'GROUP_CHANGE_SUBJECT',
	'GROUP_CHANGE_ICON',
	'GROUP_CHANGE_DESCRIPTION',
	'GROUP_PARTICIPANT_ADD',
	'GROUP_PARTICIPANT_REMOVE',
	'GROUP_PARTICIPANT_LEAVE',
	'GROUP_MEMBER_LINK_PROPERTY_UPDATE',
	'MEMBERSHIP_APPROVAL_REQUEST',
	'REVOKED_MEMBERSHIP_REQUESTS',
	'REVOKE',
	'E2E_ENCRYPTED',
	'CIPHERTEXT',
	'PROFILE_NAME_UPDATED',
	'PROFILE_PICTURE_UPDATED',
	'CHAT_LABEL_ASSOCIATION',
	'NEWSLETTER_ADMIN_PROMOTE',
	'NEWSLETTER_ADMIN_DEMOTE',
	'PAYMENT_ACTION_REQUEST_DECLINED',
	'SOMETHING_NEW',
];

export const toNotification = (notification: string): IDataObject => ({
	...RECEIVED,
	messageId: '1779374011-59',
	notification,
	notificationParameters: ['1'],
});

export const VOTE = {
	...RECEIVED,
	messageId: 'V1',
	pollVote: { pollMessageId: '3EB0796DC6B777C0C7CD', options: [{ name: 'Now' }] },
};

export const EVENT_RESPONSE = {
	...RECEIVED,
	messageId: 'E1',
	eventResponse: { response: 'GOING', responseFrom: '1', time: 1, referencedMessage: REFERENCED },
};

export const REACTION_REMOVED = { ...REACTION, reaction: { ...REACTION.reaction, value: '' } };
