// Where the stand-in, or a library, is right and what is published is not, each with the reason. Whoever removes the last
// cause of a line removes the line: one that nothing needs any more fails the run.

// Fields that Discord sends to every bot and that neither source describes, by the end of their path. A stand-in that left
// them out would hide from a bot that it has to bear fields it does not know.
export const UNDESCRIBED = {
    "d._trace": "HELLO, READY and RESUMED say which servers they came through",
    "d.session_type": "READY",
    "d.private_channels": "READY: empty for bots, left from before version 8",
    "d.relationships": "READY: empty for bots",
    "d.presences": "READY: empty for bots",
    "d.guild_join_requests": "READY: empty for bots",
    "d.user_settings": "READY: empty for bots",
    "d.geo_ordered_rtc_regions": "READY",
    "d.auth": "READY: empty for bots",
    "d.home_header": "GUILD_CREATE: the HTTP API describes it",
    "d.nsfw": "GUILD_CREATE: the HTTP API describes it",
    "d.guild_scheduled_event_exceptions": "a scheduled event: the HTTP API describes it",
    "d.entitlement_sku_ids": "INTERACTION_CREATE: what entitlements took the place of",
    "d.channel.permissions": "INTERACTION_CREATE: what the person may there, as with resolved channels",
    "d.data.id": "INTERACTION_CREATE: the component's number in its message",
    "interaction_metadata.command_type": "the command that a message answers",
    "interaction_metadata.name": "the command that a message answers",
    hub_type: "a server: the types of the gateway describe it",
    hook: "the application",
    is_monetized: "the application",
    is_verified: "the application",
    storefront_available: "the application",
    summary: "the application: empty, left from before version 10",
};

// Complaints that are not true of Discord: [schema, what].
export const MISTAKEN = [
    {
        schema: /^(GatewayHeartbeatAck|GatewayReconnect)$/,
        what: /^d: is there, and must not be$/,
        why: "Discord sends d as null where there is nothing to say",
    },
    {
        schema: /^RESUMED$/,
        what: /^d: is there, and must not be$/,
        why: "RESUMED says which servers it came through",
    },
    {
        schema: / said$/,
        what: /id: .*expected string, received number$/,
        why: "Discord takes ids as numbers, too, and discord.py relies on it",
    },
    {
        schema: /^PUT .*\/commands said$/,
        what: /default_member_permissions: .*received string$/,
        why: "it is a string of digits, as Discord documents and discord.js and serenity send it",
    },
];
