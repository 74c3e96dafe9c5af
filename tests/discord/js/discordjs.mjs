// The bot of the scenario with discord.js. What it must do is written in ../scenario.py; ../discordpy.py does the same with
// another library.
//
// The first line of standard input is JSON: {"http": …, "token": …, "guild": …}. Each further line is a word from the scenario
// ("go"). Standard output is for lines of JSON alone: what this library made of what it was told.

import readline from "node:readline";

import { load } from "./packages.mjs";

const {
    ActionRowBuilder,
    ApplicationCommandOptionType: Option,
    ButtonBuilder,
    ButtonStyle,
    ChannelType,
    Client,
    DiscordAPIError,
    EmbedBuilder,
    Events,
    GatewayIntentBits: Intents,
    GuildScheduledEventEntityType,
    GuildScheduledEventPrivacyLevel,
    GuildScheduledEventStatus,
    InteractionContextType,
    MessageFlags,
    ModalBuilder,
    Partials,
    PermissionFlagsBits: Can,
    StringSelectMenuBuilder,
    TextInputBuilder,
    TextInputStyle,
} = (await load("discord.js")).default;

const tell = (told, more = {}) => process.stdout.write(`${JSON.stringify({ told, ...more })}\n`);
const said = (value) => (typeof value === "boolean" ? (value ? "yes" : "no") : String(value ?? "-"));
const only = MessageFlags.Ephemeral;

const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const wanted = JSON.parse((await lines.next()).value);

const client = new Client({
    intents: [
        Intents.Guilds,
        Intents.GuildMessages,
        Intents.DirectMessages,
        Intents.GuildMessageReactions,
        Intents.GuildScheduledEvents,
    ],
    // Direct chats and what somebody deleted or pressed are heard of although this library has not seen them before.
    partials: [Partials.Channel, Partials.Message, Partials.Reaction, Partials.User],
    allowedMentions: { parse: [] },
    rest: { api: `${wanted.http}/api` },
});

// Answers what Discord answered to what should not have been done: "404 10008".
async function codeOf(attempt) {
    try {
        await attempt();
    } catch (error) {
        if (error instanceof DiscordAPIError) return `${error.status} ${error.code}`;
        throw error;
    }
    return undefined;
}

const text = (name, more = {}) => ({ type: Option.String, name, description: "…", required: true, ...more });
const choices = [
    { name: "Food", value: "food" },
    { name: "Ride", value: "ride" },
];
const everywhere = [
    {
        name: "say",
        nameLocalizations: { "es-ES": "decir" },
        description: "Says back what it was told",
        descriptionLocalizations: { "es-ES": "Repite lo que se le dice" },
        options: [
            text("text", { minLength: 1, maxLength: 50 }),
            { type: Option.Integer, name: "times", description: "…", required: true, minValue: 1, maxValue: 3 },
            { type: Option.Number, name: "much", description: "…" },
            text("kind", { required: false, choices }),
            { type: Option.User, name: "who", description: "…" },
            { type: Option.Role, name: "role", description: "…" },
            { type: Option.Channel, name: "where", description: "…", channelTypes: [ChannelType.GuildText] },
            { type: Option.Boolean, name: "loud", description: "…" },
        ],
    },
    { name: "find", description: "Finds an ask by its id", options: [text("id", { autocomplete: true })] },
    { name: "card", description: "Posts a card" },
    { name: "form", description: "Opens a form" },
    { name: "slow", description: "Answers later" },
    { name: "fleeting", description: "Answers later, for everybody, and takes it back" },
    { name: "whisper", description: "Writes to you alone", options: [text("text")] },
    { name: "thread", description: "Opens a thread under its answer", options: [text("name")] },
    {
        name: "meet",
        description: "Gatherings",
        contexts: [InteractionContextType.Guild],
        defaultMemberPermissions: Can.ManageEvents,
        options: [
            { type: Option.Subcommand, name: "plan", description: "Plans one", options: [text("name")] },
            { type: Option.Subcommand, name: "move", description: "Moves it by a day" },
            { type: Option.Subcommand, name: "cancel", description: "Calls it off" },
        ],
    },
    { name: "may", description: "What the bot and you may do here", contexts: [InteractionContextType.Guild] },
    { name: "post", description: "Posts, edits, reads back and deletes", contexts: [InteractionContextType.Guild] },
    { name: "tour", description: "Looks at everything there is", contexts: [InteractionContextType.Guild] },
    { name: "wrong", description: "Everything that Discord refuses" },
    { name: "late", description: "Answers when it is told to, which may be too late" },
];
const atHome = [{ name: "here", description: "Only in this server" }];

// Nothing a press needs is kept here: the count stands in the message.
function card() {
    const button = (id, label, style = ButtonStyle.Secondary) =>
        new ButtonBuilder().setCustomId(`card:${id}`).setLabel(label).setStyle(style);
    const buttons = new ActionRowBuilder().addComponents(
        button("pledge", "Pledge", ButtonStyle.Primary),
        button("maybe", "Maybe"),
        button("later", "Later"),
        button("more", "More"),
        button("gone", "Gone").setDisabled(true),
    );
    const kinds = new StringSelectMenuBuilder()
        .setCustomId("card:kind")
        .setPlaceholder("Kinds of help")
        .setMinValues(1)
        .setMaxValues(2)
        .addOptions(
            { label: "Food", value: "food", description: "A meal" },
            { label: "Ride", value: "ride", emoji: "🚗" },
            { label: "Time", value: "time" },
        );
    return [buttons, new ActionRowBuilder().addComponents(kinds)];
}

function form() {
    const what = new TextInputBuilder().setCustomId("what").setLabel("What").setStyle(TextInputStyle.Short);
    const why = new TextInputBuilder().setCustomId("why").setLabel("Why").setStyle(TextInputStyle.Paragraph);
    return new ModalBuilder()
        .setCustomId("form")
        .setTitle("An ask")
        .addComponents(
            new ActionRowBuilder().addComponents(what.setMinLength(3).setMaxLength(40)),
            new ActionRowBuilder().addComponents(why.setRequired(false)),
        );
}

const commands = {
    // What Discord's options become in this library.
    async say(interaction) {
        const { options } = interaction;
        const parts = {
            text: options.getString("text"),
            times: options.getInteger("times"),
            much: options.getNumber("much"),
            kind: options.getString("kind"),
            who: options.getMember("who")?.displayName,
            role: options.getRole("role")?.name,
            where: options.getChannel("where")?.name,
            loud: options.getBoolean("loud"),
            by: interaction.member?.displayName ?? interaction.user.displayName,
            in: interaction.channel.name,
            locale: interaction.locale,
        };
        const words = Object.entries(parts).map(([key, value]) => `${key}: ${said(value)}`);
        await interaction.reply(words.join("; "));
    },

    async find(interaction) {
        await interaction.reply({ content: `Found ${interaction.options.getString("id")}`, flags: only });
    },

    async card(interaction) {
        const embed = new EmbedBuilder().setTitle("A1").setDescription("Two folding tables").setColor(0x336699);
        embed.addFields({ name: "Needed", value: "2" }).setFooter({ text: "by Friday" });
        await interaction.reply({ content: "Pledges: 0", embeds: [embed], components: card() });
    },

    async form(interaction) {
        await interaction.showModal(form());
    },

    async slow(interaction) {
        await interaction.deferReply({ flags: only });
        await interaction.editReply("Worked it out");
        const more = await interaction.followUp({ content: "There is more", flags: only });
        await interaction.webhook.editMessage(more.id, { content: "There is more, and better" });
        const gone = await interaction.followUp({ content: "Never mind", flags: only });
        await interaction.deleteReply(gone.id);
        const first = await interaction.fetchReply();
        tell("slow", { first: first.content, ephemeral: first.flags.has(only) });
    },

    async fleeting(interaction) {
        await interaction.deferReply();
        await interaction.editReply("Here for a moment");
        await interaction.deleteReply();
        await interaction.followUp({ content: "Gone again", flags: only });
    },

    async whisper(interaction) {
        const words = interaction.options.getString("text");
        await interaction.deferReply({ flags: only });
        const refused = await codeOf(async () => {
            const sent = await interaction.user.send(words);
            await sent.edit(`${words}!`);
        });
        await interaction.editReply(refused ? `Refused: ${refused}` : `Sent to ${interaction.user.username}`);
    },

    async thread(interaction) {
        const name = interaction.options.getString("name");
        await interaction.reply("A thread follows");
        const answer = await interaction.fetchReply();
        const message = await interaction.channel.messages.fetch({ message: answer.id, force: true });
        const opened = await message.startThread({ name, autoArchiveDuration: 1440 });
        await opened.send("Talk here");
        await interaction.followUp({ content: `${opened.name} in ${opened.parent.name}`, flags: only });
    },

    async meet(interaction) {
        const events = interaction.guild.scheduledEvents;
        const what = interaction.options.getSubcommand();
        const [first] = what === "plan" ? [] : (await events.fetch()).values();
        if (what === "plan") {
            const begins = Date.UTC(2031, 2, 4, 18);
            const event = await events.create({
                name: interaction.options.getString("name"),
                description: "All welcome",
                scheduledStartTime: begins,
                scheduledEndTime: begins + 2 * 3600_000,
                entityType: GuildScheduledEventEntityType.External,
                entityMetadata: { location: "The hall" },
                privacyLevel: GuildScheduledEventPrivacyLevel.GuildOnly,
            });
            const status = GuildScheduledEventStatus[event.status].toLowerCase();
            await interaction.reply(`${event.name} at ${event.entityMetadata.location}, ${status}`);
        } else if (what === "move") {
            const day = 24 * 3600_000;
            const moved = await first.edit({
                scheduledStartTime: first.scheduledStartTimestamp + day,
                scheduledEndTime: first.scheduledEndTimestamp + day,
            });
            const begins = moved.scheduledStartAt.toISOString();
            await interaction.reply(`${moved.name} on ${begins.slice(0, 16).replace("T", " ")}`);
        } else {
            await first.delete();
            await interaction.reply(`Events left: ${(await events.fetch()).size}`);
        }
    },

    // As Discord says it with the interaction, and as this library works it out from roles and overwrites.
    async may(interaction) {
        const guild = await client.guilds.fetch({ guild: interaction.guildId, force: true });
        const { me } = interaction.guild.members;
        const fetched = await interaction.guild.members.fetch({ user: me.id, force: true });
        const rows = {
            told: interaction.appPermissions,
            "worked out": interaction.channel.permissionsFor(me),
            you: interaction.memberPermissions,
        };
        const names = { send: "SendMessages", embed: "EmbedLinks", history: "ReadMessageHistory", events: "ManageEvents" };
        const can = (flags) => Object.keys(names).filter((name) => flags.has(Can[names[name]], false)).join(", ") || "-";
        const words = Object.entries(rows).map(([row, flags]) => `${row}: ${can(flags)}`);
        words.push(`all the same: ${said(rows.told.bitfield === rows["worked out"].bitfield)}`);
        const roles = fetched.roles.cache.map((role) => role.name).sort();
        words.push(`${guild.name}, roles of mine: ${roles.join(", ")}`);
        await interaction.reply({ content: words.join("\n"), flags: only });
    },

    async post(interaction) {
        await interaction.deferReply({ flags: only });
        const { channel } = interaction;
        const answers = [];
        const refused = await codeOf(async () => {
            const kept = { content: "Kept", nonce: `post:${interaction.id}`, enforceNonce: true };
            const first = await channel.send(kept);
            const again = await channel.send(kept);
            answers.push(`same message: ${said(first.id === again.id)}`);
            await first.edit({ content: "Kept, edited", embeds: [new EmbedBuilder().setDescription("An embed")] });
            const read = await channel.messages.fetch({ message: first.id, force: true });
            answers.push(`embeds: ${read.embeds.length}`);
            answers.push(`in history: ${said((await channel.messages.fetch({ limit: 10 })).has(first.id))}`);
            answers.push(`after it: ${(await channel.messages.fetch({ limit: 10, after: first.id })).size}`);
            const doomed = await channel.send("Doomed");
            await doomed.delete();
            answers.push(`deleted: ${await codeOf(() => channel.messages.fetch({ message: doomed.id, force: true }))}`);
        });
        if (refused) answers.push(`refused: ${refused}`);
        await interaction.editReply(answers.join("; "));
    },

    // What a bot may ask for or do that is nobody's errand here.
    async tour(interaction) {
        await interaction.deferReply({ flags: only });
        const { channel, guild } = interaction;
        const forced = { force: true };
        const person = await client.users.fetch(interaction.user.id, forced);
        const member = await guild.members.fetch({ user: interaction.user.id, ...forced });
        const answers = [`${person.globalName} with ${member.roles.cache.size} roles`];
        answers.push(`${(await guild.channels.fetch()).size} channels, ${(await guild.roles.fetch()).size} roles`);
        answers.push(`${(await client.guilds.fetch()).size} servers`);
        answers.push((await guild.members.editMe({ nick: "Porter of Eastbank" })).nickname);
        await channel.sendTyping();
        const files = [{ attachment: Buffer.from("hello"), name: "note.txt" }];
        const message = await channel.send({ content: "With a file", files });
        const file = message.attachments.first();
        answers.push(`${file.name}, ${file.size} bytes`);
        await message.react("🙋");
        const [reaction] = (await message.fetch(true)).reactions.cache.values();
        answers.push(`${reaction.emoji.name} by ${(await reaction.users.fetch()).map((user) => user.username).join(", ")}`);
        await reaction.users.remove(client.user.id);
        const aside = await channel.threads.create({ name: "Aside", type: ChannelType.PublicThread });
        const active = (await guild.channels.fetchActiveThreads()).threads.map((thread) => thread.name);
        await aside.edit({ name: "Aside, kept", archived: true });
        answers.push(`${active.includes("Aside")}, ${aside.name.toLowerCase()}, ${aside.archived}`);
        const own = (await client.application.commands.fetch()).find((command) => command.name === "tour");
        await own.edit({ description: "Looks around" });
        answers.push((await client.application.commands.fetch(own.id, forced)).description);
        await interaction.editReply(answers.join("; "));
    },

    async wrong(interaction) {
        await interaction.reply({ content: "Trying", flags: only });
        const answers = [];
        const attempt = async (name, method, route, body) => {
            const code = await codeOf(() => client.rest.request({ method, fullRoute: route, body }));
            answers.push(`${name}: ${code ?? "taken"}`);
        };
        const messages = `/channels/${interaction.channelId}/messages`;
        const own = `/applications/${client.application.id}/commands`;
        const twin = (description) => ({ name: "twin", description });
        const callback = `/interactions/${interaction.id}/${interaction.token}/callback`;
        await attempt("twice", "POST", callback, { type: 4, data: { content: "Again" } });
        await attempt("empty", "POST", messages, { content: "" });
        await attempt("long", "POST", messages, { content: "x".repeat(2001) });
        await attempt("nonce", "POST", messages, { content: "x", nonce: "n".repeat(26) });
        await attempt("no message", "PATCH", `${messages}/1`, { content: "x" });
        await attempt("no channel", "GET", "/channels/1");
        await attempt("no user", "POST", "/users/@me/channels", { recipient_id: "1" });
        await attempt("not its own", "POST", `/interactions/1/${interaction.token}x/callback`, { type: 5 });
        await attempt("same name", "PUT", own, [twin("One"), twin("Two")]);
        await attempt("bad name", "PUT", own, [{ name: "Not Lower", description: "One" }]);
        await interaction.editReply(answers.join("; "));
    },

    async late(interaction) {
        tell("late");
        await lines.next();
        const refused = await codeOf(() => interaction.reply({ content: "In time", flags: only }));
        tell("answered", { code: refused ?? "200 0" });
    },

    async here(interaction) {
        await interaction.reply({ content: "Here", flags: only });
    },
};

const counted = (message) => Number(message.content.split(" ").at(-1));
const presses = {
    "card:pledge": (press) => press.update(`Pledges: ${counted(press.message) + 1}`),
    "card:maybe": (press) => press.reply({ content: `Noted, ${press.member.displayName}`, flags: only }),
    "card:later": async (press) => {
        await press.deferUpdate();
        await press.editReply(`Pledges: ${counted(press.message) + 10}`);
    },
    "card:more": (press) => press.showModal(form()),
    "card:gone": (press) => press.reply({ content: "This cannot be pressed", flags: only }),
    "card:kind": (press) => press.reply({ content: `Chosen: ${press.values.join(", ")}`, flags: only }),
    form: async (submit) => {
        const value = (id) => submit.fields.getTextInputValue(id);
        const words = `What: ${value("what")}; why: ${value("why") || "-"}`;
        if (submit.isFromMessage()) await submit.update(`${words} 0`);
        else await submit.reply({ content: words, flags: only });
    },
};

client.on(Events.InteractionCreate, async (interaction) => {
    if (interaction.isAutocomplete()) {
        const typed = interaction.options.getFocused();
        const found = ["A1", "A12", "B2"].filter((one) => one.startsWith(typed));
        await interaction.respond(found.map((value) => ({ name: `${value}, a lamp`, value })));
    } else if (interaction.isCommand()) await commands[interaction.commandName](interaction);
    else await presses[interaction.customId](interaction);
});

client.on(Events.ClientReady, async () => {
    const made = (await client.application.commands.set(everywhere)).map((one) => one.name);
    const home = (await client.application.commands.set(atHome, wanted.guild)).map((one) => one.name);
    const fetched = (await client.application.commands.fetch()).map((one) => one.name);
    const names = (cache) => cache.map((one) => one.name).sort();
    const guilds = client.guilds.cache.map((one) => ({
        name: one.name,
        channels: names(one.channels.cache),
        roles: names(one.roles.cache),
    }));
    const known = { commands: made.sort(), fetched: fetched.sort(), at_home: home.sort() };
    tell("ready", { user: client.user.username, guilds, ...known });
});

client.on(Events.ShardReady, () => tell("session"));
client.on(Events.ShardResume, () => tell("resumed"));
client.on(Events.MessageCreate, async (message) => {
    if (message.author.id === client.user.id) return;
    const where = message.guild ? message.channel.name : "dm";
    tell("message", { where, author: message.author.username, content: message.content });
    if (message.mentions.users.has(client.user.id)) await message.reply("You called?");
});
client.on(Events.MessageUpdate, (_, message) => {
    if (message.author?.id !== client.user.id) tell("edited", { content: message.content });
});
client.on(Events.MessageDelete, () => tell("deleted"));
client.on(Events.GuildUnavailable, (guild) => tell("unavailable", { guild: guild.name }));
client.on(Events.GuildAvailable, (guild) => tell("available", { guild: guild.name }));
client.on(Events.GuildDelete, (guild) => tell("removed", { guild: guild.name }));
client.on(Events.GuildCreate, (guild) => tell("joined", { guild: guild.name }));
client.on(Events.ChannelCreate, (channel) => tell("channel", { name: channel.name }));
client.on(Events.GuildRoleCreate, (role) => tell("role", { name: role.name }));
client.on(Events.ChannelUpdate, (_, channel) => tell("channel changed", { name: channel.name }));
client.on(Events.ChannelDelete, (channel) => tell("channel gone", { name: channel.name }));
client.on(Events.GuildRoleUpdate, (_, role) => tell("role changed", { name: role.name }));
client.on(Events.GuildRoleDelete, (role) => tell("role gone", { name: role.name }));
client.on(Events.GuildUpdate, (_, guild) => tell("owner", { id: guild.ownerId }));
client.on(Events.GuildMemberUpdate, (_, member) => {
    tell("member", { name: member.user.username, roles: member.roles.cache.map((role) => role.name).sort() });
});
client.on(Events.MessageReactionAdd, (reaction, user) => {
    if (user.id !== client.user.id) tell("reaction", { emoji: reaction.emoji.name });
});
client.on(Events.ThreadCreate, (thread) => tell("thread", { name: thread.name }));
client.on(Events.GuildScheduledEventCreate, (event) => tell("event", { name: event.name }));
client.on(Events.GuildScheduledEventUpdate, (_, event) => tell("event moved", { name: event.name }));
client.on(Events.GuildScheduledEventDelete, (event) => tell("event gone", { name: event.name }));

// Whatever goes wrong here is a difference between the stand-in and what this library knows: it ends the run.
client.on(Events.Error, (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
});
await client.login(wanted.token);
