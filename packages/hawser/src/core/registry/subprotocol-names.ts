/** WebSocket Subprotocol Name Registry (IANA, RFC 6455 section 11.5), as of 2026-06-10. Names are case-sensitive (RFC 7936). */

export type RegisteredSubprotocol =
  | 'MBWS.huawei.com'
  | 'MBLWS.huawei.com'
  | 'soap'
  | 'wamp'
  | 'v10.stomp'
  | 'v11.stomp'
  | 'v12.stomp'
  | 'ocpp1.2'
  | 'ocpp1.5'
  | 'ocpp1.6'
  | 'ocpp2.0'
  | 'ocpp2.0.1'
  | 'ocpp2.1'
  | 'rfb'
  | 'sip'
  | 'notificationchannel-netapi-rest.openmobilealliance.org'
  | 'wpcp'
  | 'amqp'
  | 'mqtt'
  | 'jsflow'
  | 'rwpcp'
  | 'xmpp'
  | 'ship'
  | 'mielecloudconnect'
  | 'v10.pcp.sap.com'
  | 'msrp'
  | 'v1.saltyrtc.org'
  | 'TLCP-2.0.0.lightstreamer.com'
  | 'bfcp'
  | 'sldp.softvelum.com'
  | 'opcua+uacp'
  | 'opcua+uajson'
  | 'v1.swindon-lattice+json'
  | 'v1.usp'
  | 'mles-websocket'
  | 'coap'
  | 'TLCP-2.1.0.lightstreamer.com'
  | 'sqlnet.oracle.com'
  | 'oneM2M.R2.0.json'
  | 'oneM2M.R2.0.xml'
  | 'oneM2M.R2.0.cbor'
  | 'transit'
  | '2016.serverpush.dash.mpeg.org'
  | '2018.mmt.mpeg.org'
  | 'clue'
  | 'webrtc.softvelum.com'
  | 'cobra.v2.json'
  | 'drp'
  | 'hub.bsc.bacnet.org'
  | 'dc.bsc.bacnet.org'
  | 'jmap'
  | 't140'
  | 'done'
  | 'TLCP-2.2.0.lightstreamer.com'
  | 'collection-update'
  | 'TLCP-2.3.0.lightstreamer.com'
  | 'text.ircv3.net'
  | 'binary.ircv3.net'
  | 'v3.penguin-stats.live+proto'
  | 'TLCP-2.4.0.lightstreamer.com'
  | 'TLCP-2.5.0.lightstreamer.com'
  | 'Redfish'
  | 'bidib'
  | 'json.webpubsub.azure.v1'
  | 'protobuf.webpubsub.azure.v1'
  | 'json.reliable.webpubsub.azure.v1'
  | 'protobuf.reliable.webpubsub.azure.v1'
  | 'WebREPL.binary.v1'
  | 'camp'

/** Any token is a subprotocol name; an editor completes the registered ones. */
export type SubprotocolName = RegisteredSubprotocol | (string & {})

/** One subprotocol of the registry. */
export interface SubprotocolRecord {
  /** The value of Sec-WebSocket-Protocol; case-sensitive. */
  readonly name: RegisteredSubprotocol
  /** The common name of the subprotocol. */
  readonly description: string
  /** The document that defines it, or who registered it. */
  readonly reference: string
}

const RECORDS: readonly (readonly [RegisteredSubprotocol, string, string])[] = [
  ['MBWS.huawei.com', 'MBWS', 'http://www.ietf.org/id/draft-hapner-hybi-messagebroker-subprotocol-01.txt'],
  ['MBLWS.huawei.com', 'MBLWS', 'http://www.ietf.org/id/draft-hapner-hybi-messagebroker-subprotocol-01.txt'],
  ['soap', 'soap', 'http://go.microsoft.com/fwlink/?LinkID=231897&clcid=0x409'],
  ['wamp', 'WAMP ("The WebSocket Application Messaging Protocol")', 'https://wamp-proto.org/spec.html'],
  ['v10.stomp', 'STOMP 1.0 specification', 'https://stomp.github.io/stomp-specification-1.0.html'],
  ['v11.stomp', 'STOMP 1.1 specification', 'https://stomp.github.io/stomp-specification-1.1.html'],
  ['v12.stomp', 'STOMP 1.2 specification', 'https://stomp.github.io/stomp-specification-1.2.html'],
  ['ocpp1.2', 'OCPP 1.2', 'http://www.gir.fr/ocppjs/ocpp_srpc_spec.shtml'],
  ['ocpp1.5', 'OCPP 1.5', 'https://www.openchargealliance.org/downloads/'],
  ['ocpp1.6', 'OCPP 1.6', 'https://www.openchargealliance.org/downloads/'],
  ['ocpp2.0', 'OCPP 2.0', 'https://www.openchargealliance.org/downloads/'],
  ['ocpp2.0.1', 'OCPP 2.0.1', 'https://www.openchargealliance.org/downloads/'],
  ['ocpp2.1', 'OCPP 2.1', 'https://www.openchargealliance.org/downloads/'],
  ['rfb', 'RFB', 'RFC 6143'],
  ['sip', 'WebSocket Transport for SIP (Session Initiation Protocol)', 'RFC 7118'],
  ['notificationchannel-netapi-rest.openmobilealliance.org', 'OMA RESTful Network API for Notification Channel', 'http://www.openmobilealliance.org'],
  ['wpcp', 'Web Process Control Protocol (WPCP)', 'http://wpcp.net/spec/'],
  [
    'amqp',
    'Advanced Message Queuing Protocol (AMQP) 1.0+',
    'http://docs.oasis-open.org/amqp-bindmap/amqp-wsb/v1.0/csprd02/amqp-wsb-v1.0-csprd02.pdf',
  ],
  ['mqtt', 'mqtt', 'http://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html'],
  ['jsflow', 'jsFlow pubsub/queue protocol', 'http://www.jsflow.com/definition'],
  ['rwpcp', 'Reverse Web Process Control Protocol (RWPCP)', 'http://wpcp.net/spec/'],
  ['xmpp', 'WebSocket Transport for the Extensible Messaging and Presence Protocol (XMPP)', 'RFC 7395'],
  ['ship', 'SHIP - Smart Home IP', 'EEBus Initiative; Andreas Westermann'],
  ['mielecloudconnect', 'Miele Cloud Connect Protocol', 'Nils Langhammer'],
  [
    'v10.pcp.sap.com',
    'Push Channel Protocol',
    'https://scn.sap.com/community/abap/connectivity/blog/2015/07/27/specification-of-the-push-channel-protocol-pcp',
  ],
  ['msrp', 'WebSocket Transport for MSRP (Message Session Relay Protocol)', 'RFC 7977'],
  ['v1.saltyrtc.org', 'SaltyRTC 1.0', 'https://github.com/saltyrtc/saltyrtc-meta/blob/master/Protocol.md'],
  ['TLCP-2.0.0.lightstreamer.com', 'TLCP (Text Lightstreamer Client Protocol)', 'http://www.lightstreamer.com/tlcp-2.0.0'],
  ['bfcp', 'WebSocket Transport for BFCP (Binary Floor Control Protocol)', 'RFC 8857'],
  ['sldp.softvelum.com', 'Softvelum Low Delay Protocol', 'Yuri Udovichenko'],
  ['opcua+uacp', 'OPC UA Connection Protocol', 'https://opcfoundation.org/developer-tools/specifications-unified-architecture/part-6-mappings/'],
  ['opcua+uajson', 'OPC UA JSON Encoding', 'https://opcfoundation.org/developer-tools/specifications-unified-architecture/part-6-mappings/'],
  ['v1.swindon-lattice+json', 'Swindon Web Server Protocol (JSON encoding)', 'https://swindon-rs.github.io/swindon/swindon-lattice/'],
  ['v1.usp', 'USP (Broadband Forum User Services Platform)', 'https://usp.technology/specification/mtp/websocket'],
  ['mles-websocket', 'mles-websocket', 'https://github.com/jq-rs/mles-rs/blob/master/README.md'],
  ['coap', 'Constrained Application Protocol (CoAP)', 'RFC 8323'],
  ['TLCP-2.1.0.lightstreamer.com', 'TLCP (Text Lightstreamer Client Protocol)', 'http://www.lightstreamer.com/tlcp-2.1.0'],
  ['sqlnet.oracle.com', 'sqlnet', 'Feroz Alam Khan'],
  ['oneM2M.R2.0.json', 'oneM2M R2.0 JSON', 'http://ftp.onem2m.org/Work%20Programme/WI-0040/TS-0020-WebSocket_Protocol_Binding-V2_2_0.ZIP'],
  ['oneM2M.R2.0.xml', 'oneM2M R2.0 XML', 'http://ftp.onem2m.org/Work%20Programme/WI-0040/TS-0020-WebSocket_Protocol_Binding-V2_2_0.ZIP'],
  ['oneM2M.R2.0.cbor', 'oneM2M R2.0 CBOR', 'http://ftp.onem2m.org/Work%20Programme/WI-0040/TS-0020-WebSocket_Protocol_Binding-V2_2_0.ZIP'],
  ['transit', 'Transit', 'https://github.com/Randy-Buchholz/Transit'],
  ['2016.serverpush.dash.mpeg.org', 'MPEG-DASH-ServerPush-23009-6-2017', 'https://www.iso.org/standard/71072.html'],
  ['2018.mmt.mpeg.org', 'MPEG-MMT-23008-1-2018', 'https://www.iso.org/standard/76386.html'],
  ['clue', 'clue', 'RFC 8850'],
  ['webrtc.softvelum.com', 'Softvelum WebSocket signaling protocol', 'Yuri Udovichenko'],
  ['cobra.v2.json', 'Cobra Real Time Messaging Protocol', 'https://machinezone.github.io/cobra/api/'],
  ['drp', 'Declarative Resource Protocol', 'https://github.com/adhdtech/DRP'],
  [
    'hub.bsc.bacnet.org',
    'BACnet Secure Connect Hub Connection',
    'https://www.ashrae.org/File%20Library/Technical%20Resources/Standards%20and%20Guidelines/Standards%20Addenda/135_2016_bj_20191118.pdf',
  ],
  [
    'dc.bsc.bacnet.org',
    'BACnet Secure Connect Direct Connection',
    'https://www.ashrae.org/File%20Library/Technical%20Resources/Standards%20and%20Guidelines/Standards%20Addenda/135_2016_bj_20191118.pdf',
  ],
  ['jmap', 'WebSocket Transport for JMAP (JSON Meta Application Protocol)', 'RFC 8887'],
  ['t140', 'ITU-T T.140 Real-Time Text', 'RFC 8865'],
  ['done', 'done.best IoT Protocol', 'done.best'],
  ['TLCP-2.2.0.lightstreamer.com', 'TLCP (Text Lightstreamer Client Protocol)', 'https://www.lightstreamer.com/tlcp-2.2.0'],
  ['collection-update', 'The Collection Update Websocket Subprotocol', 'https://github.com/jonlachlan/collection-update-websocket-protocol'],
  ['TLCP-2.3.0.lightstreamer.com', 'TLCP (Text Lightstreamer Client Protocol)', 'https://lightstreamer.com/tlcp-2.3.0'],
  ['text.ircv3.net', 'Text IRC Protocol', 'https://ircv3.net/specs/extensions/websocket'],
  ['binary.ircv3.net', 'Binary IRC Protocol', 'https://ircv3.net/specs/extensions/websocket'],
  [
    'v3.penguin-stats.live+proto',
    'Penguin statistics Live Protocol v3 (Protobuf encoding)',
    'https://github.com/penguin-statistics/backend-next/blob/main/internal/models/protos/messages.proto',
  ],
  ['TLCP-2.4.0.lightstreamer.com', 'TLCP (Text Lightstreamer Client Protocol)', 'https://www.lightstreamer.com/tlcp-2.4.0'],
  ['TLCP-2.5.0.lightstreamer.com', 'TLCP (Text Lightstreamer Client Protocol)', 'https://www.lightstreamer.com/tlcp-2.5.0'],
  ['Redfish', 'Redfish Specification DSP0266', 'https://www.dmtf.org/dsp/DSP0266'],
  ['bidib', 'webBiDiB', 'https://bidib.org/transport/bidib_net_e.html'],
  [
    'json.webpubsub.azure.v1',
    'Azure Web PubSub subprotocol JSON',
    'https://learn.microsoft.com/azure/azure-web-pubsub/reference-json-webpubsub-subprotocol',
  ],
  [
    'protobuf.webpubsub.azure.v1',
    'Azure Web PubSub subprotocol protobuf',
    'https://learn.microsoft.com/azure/azure-web-pubsub/reference-protobuf-webpubsub-subprotocol',
  ],
  [
    'json.reliable.webpubsub.azure.v1',
    'Azure Web PubSub subprotocol reliable JSON',
    'https://learn.microsoft.com/en-us/azure/azure-web-pubsub/reference-json-reliable-webpubsub-subprotocol',
  ],
  [
    'protobuf.reliable.webpubsub.azure.v1',
    'Azure Web PubSub subprotocol reliable protobuf',
    'https://learn.microsoft.com/azure/azure-web-pubsub/reference-protobuf-reliable-webpubsub-subprotocol',
  ],
  ['WebREPL.binary.v1', 'WebREPL Binary Protocol', 'https://jetpax.github.io/webrepl/webrepl_binary_protocol_rfc.md'],
  ['camp', 'Cryo Application Messaging Protocol', 'https://github.com/Ranchonyx/CAMP-Protocol/releases/tag/v1.0.0'],
]

/** Every subprotocol of the registry. */
export const SUBPROTOCOLS: readonly SubprotocolRecord[] = Object.freeze(
  RECORDS.map(([name, description, reference]) => Object.freeze({ name, description, reference })),
)

const BY_NAME: ReadonlyMap<string, SubprotocolRecord> = new Map(SUBPROTOCOLS.map((record) => [record.name, record]))

/** The registry's entry for a name, compared case-sensitively; undefined if it is not registered. */
export function findSubprotocol(name: string): SubprotocolRecord | undefined {
  return BY_NAME.get(name)
}
