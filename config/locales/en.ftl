### What Barnraiser says, in English. This file is also what other languages fall back to.
###
### For translators:
### - Write to one person. Kind, short and plain; never blame; always leave a next step.
### - `like this`  is a command people can send. It is written without "/" or "!aid": each chat adds its own prefix.
### - ~like this~  is something to type that is not a whole command, such as an option. It gets no prefix.
### - *like this*  is stressed.
### - { $words }, { $what }, { $note }, { $helper }, { $name } and their like are what people typed. Nothing in them is markup.
### - Lines that begin with "- " become a list. All other lines of a text are one paragraph, wherever they are broken.
### - No full stop right after a command: it would be sent along with it.
### - Dates arrive ready: { $due } and { $by } stand after a preposition ("by …"), in label- texts after a colon, { $at } and
###   { $starts } where something happens ("we meet on …").
### - Command names and option names (ask, by:, what:) stay as they are in every language.

## Dates

# The names of the days. $weekday counts from 1, Monday.
date-weekday = { $weekday ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[7] Sunday
}

# The names of the months. $month counts from 1.
date-month = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}

# A day without its weekday: 13 March. $month is the month's name.
date-short = { $day } { $month }
# The same in a year that is not this one.
date-short-year = { $day } { $month } { $year }

# A day alone, after a colon: Friday 13 March. $date is a date-short.
date-day = { $weekday } { $date }
# A day after a preposition: by Friday 13 March.
date-day-inline = { $weekday } { $date }
# A day on which something happens: we meet on Friday 13 March.
date-day-on = on { $weekday } { $date }
# Today and tomorrow, with the day for certainty. They stand in the same places as the three above.
date-today = today ({ $weekday } { $date })
date-tomorrow = tomorrow ({ $weekday } { $date })

# A day in the coming week, after a preposition: agreed for Wednesday.
date-weekday-inline = { $weekday }
# A day in the coming week on which something happens: bring an ask on Thursday.
date-weekday-on = on { $weekday }
# Today and tomorrow without the day, where the day is said elsewhere.
date-today-short = today
date-tomorrow-short = tomorrow

# Any of the above with a time of day (24 hours): Saturday 14 March, 10:00.
date-with-time = { $date }, { $time }
# What is kept of a date-day-inline and a date-day-on where an app shows the rest by itself, in its reader's zone.
date-lead-inline = { "" }
date-lead-on = { "on " }

## Small pieces that lists and cards are made of

# A thing to choose from a short list while a command is filled in, such as "A12 · Two lamps" or "G3 · Friday 13 March, 18:00".
# $id (text): its number. $about (text): what somebody wrote about it, or when it is.
choice-about = { $id } · { $about }
# A date to choose, as it was understood.
choice-when = { $when }

# Between the pieces of one line: A2 · 1 of 2 · by Friday.
piece-separator = { " · " }
# Between the items of a series in a sentence, and before its last item.
series-comma = { ", " }
series-and = { " and " }
series-or = { " or " }

# The kinds of help. $kind is never shown itself.
kind-of-help = { $kind ->
    [intro] introduction
    [expertise] expertise
    [skill] skill
    [time] time
    [space] space
    [goods] goods
    [money] money
    [transport] transport
    [care] care
   *[voice] voice
}

# How much of an ask is promised, done or kept: 1 of 2.
piece-amounts = { $covered } of { $need }
# By when something is needed or promised.
piece-by = by { $by }
# Marks on a private ask in a list.
piece-private = private
piece-anonymous = private, name hidden
# Whose ask or offer it is.
piece-from = from { $name }

# An ask in a list. $pieces is a line of pieces such as "1 of 2 · by Friday".
list-ask = *{ $ask }* { $words } ({ $pieces })
# An ask in a list when there is nothing to put in brackets.
list-ask-bare = *{ $ask }* { $words }
# An offer in a list.
list-offer = *{ $offer }* { $words } ({ $pieces })
list-offer-bare = *{ $offer }* { $words }
# How many more there are than the list shows.
list-more = { $count ->
    [one] And one more.
   *[other] And { $count } more.
}

# Labels in front of an echo or a setting, one per line.
label-what = What: { $what }
label-by = By: { $by }
label-amount = How many: { $amount }
label-first = First step: { $first }
label-kind = Kind of help: { $kind }

## Buttons: one to three words

# On a nudge: it is done; change the date; give the pledge back; no more reminders about it.
button-done = Done
button-new-date = New date
button-hand-back = Hand back
button-stop = Stop
# On "did it arrive?" to the person who asked.
button-arrived = Yes, it arrived
button-still-needed = Still needed
# On a card.
button-pledge = Pledge
button-maybe = Maybe
# On "is it still needed?" to the person who asked.
button-no-longer-needed = No longer needed
# After a confirmation.
button-thanks = Say thanks
# On the preview of the digest.
button-post = Post now
button-hold = Hold
# A button in a message about several things: $label is one of the above, $id is P7 or A3.
button-with-id = { $id }: { $label }

## Asks

# An ask was recorded; the card, if it is open, follows by itself.
ask-recorded = *{ $ask }* is recorded. It is good that you asked.
# Who can see it, when it is not open to everyone.
ask-recorded-private = Only you, the conveners and people they invite can read it.
ask-recorded-anonymous = Only you, the conveners and people they invite can read it, and only the conveners know it is yours.
# What one can do with an ask.
ask-recorded-next =
    - Something different: `edit { $ask } …`
    - Not needed any more: `withdraw { $ask }`

# An ask was changed.
ask-edited = *{ $ask }* is changed, for everyone who can see it. All that is yours: `mine`

# An ask was taken back. $released counts the pledges that are no longer needed because of it.
ask-withdrawn = { $released ->
    [0] *{ $ask }* is taken off the list. If you need something else, ask any time: `ask …`
    [one] *{ $ask }* is taken off the list. The person who had pledged will hear that it is no longer needed, with thanks.
   *[other] *{ $ask }* is taken off the list. The { $released } pledges for it are released, and their helpers will hear so, with thanks.
}

# The asker said it is still needed after its date.
ask-still-open = *{ $ask }* stays on the list. A new date helps people plan: `edit { $ask } by:…`

## Pledges

# A pledge was recorded. A list with what, by when and first step follows.
pledge-recorded = Thank you! Your pledge is *{ $pledge }*, for { $ask }.
# The same when the reader may know who asked.
pledge-recorded-for = Thank you! Your pledge is *{ $pledge }*, for { $ask } from { $asker }.
# How far the ask has come with this pledge.
pledge-recorded-amounts = { $ask } now has { $covered } of { $need }.
# The budget of reminders, told at the beginning.
pledge-recorded-nudges = { $nudges ->
    [0] I won't remind you.
    [one] I'll write at most once about this.
   *[other] I'll write at most { $nudges } times about this.
}
# When no first step was given: an invitation, not a duty.
pledge-recorded-first = A first step makes it easier to begin: `adjust { $pledge } first:"…"`
# The three ways on.
pledge-recorded-next =
    - When it is done: `done { $pledge }`
    - Another day: `adjust { $pledge } by:…`
    - If it doesn't fit after all, no reason asked: `handback { $pledge }`

# Interest without a promise.
maybe-recorded = Noted: you are a maybe for *{ $ask }*. It is not a promise, and I won't remind you.
    - When you know what and by when: `pledge { $ask } what:"…" by:…`
    - To take it back, the same again: `maybe { $ask }`
# The interest was taken back.
maybe-dropped = You are no longer a maybe for *{ $ask }*. Other things people look for: `needs`

# The helper says it is done. $days is how long the asker's silence takes to count as a yes.
done-recorded = { $days ->
    [0] Wonderful, thank you! *{ $pledge }* is done. Nothing more to do for you.
    [one] Wonderful, thank you! *{ $pledge }* is done. I ask whether it arrived; after a day without an answer it counts as kept. Nothing more to do for you.
   *[other] Wonderful, thank you! *{ $pledge }* is done. I ask whether it arrived; after { $days } days without an answer it counts as kept. Nothing more to do for you.
}
# The same for an ask of their own: only they can say that it arrived.
own-done-recorded = *{ $pledge }* is done. You asked for it yourself, so nobody else says whether it arrived. When it did: `confirm { $pledge }`
# Part of it is done.
part-recorded = Thank you! *{ $pledge }*: { $done } of { $amount } done. The rest is for { $due }.
    Another day is fine too: `adjust { $pledge } by:…`

# A pledge was changed; the list with what and by when follows.
pledge-adjusted = Thank you for saying so. *{ $pledge }* now reads:

# No more reminders about one pledge.
reminders-stopped = I won't remind you about *{ $pledge }* any more. It stays your pledge.
    - When it is done: `done { $pledge }`
    - If it doesn't fit after all: `handback { $pledge }`
    - Reminders again: `adjust { $pledge } nudges:on`

# A pledge was given back. $done is what was already done of it and stays counted.
pledge-handed-back = { $done ->
    [0] Thank you for saying so. *{ $pledge }* is handed back, and { $ask } is open for someone else. Other things people look for: `needs`
   *[other] Thank you for saying so, and for the { $done } you did, which stay counted on *{ $pledge }*. The rest of { $ask } is open for someone else. Other things people look for: `needs`
}

# The asker confirmed.
confirm-recorded = Good to hear! *{ $pledge }* is kept. A word of thanks goes a long way: `thanks { $pledge } …`
# The asker says it has not arrived.
still-needed-recorded = Thank you for saying so. *{ $pledge }* is open again, and its helper will hear it, kindly. All that is yours: `mine`
# Thanks were recorded.
thanks-recorded = Your thanks for *{ $pledge }* are on their way. All that is yours: `mine`

## Buttons taken back, words changed

# Somebody took back the press of a button, and what it did stays, since others have heard of it: a "done", a hand-back, a
# "yes, it arrived", a "still needed". How to mend it if it was a slip.
stays-done = *{ $pledge }* stays recorded as done. If it isn't done yet, the person who asked can open it again with `stillneeded { $pledge }`
stays-handed-back = *{ $pledge }* stays handed back. You are welcome to help after all, with a new pledge: `pledge { $ask } what:"…" by:…`
stays-kept = *{ $pledge }* stays recorded as kept. If something is still missing, please ask for it anew: `ask …`
stays-still-needed = *{ $pledge }* stays open. If it did arrive: `confirm { $pledge }`
stays-recorded = What you did with that button stays recorded. All that is yours: `mine`

# Somebody edited a message that made an ask, made a pledge, or did something else. $again is the command to send instead.
rewritten-ask = I don't act on edited messages, since others may have read the first words. To change *{ $ask }* like that, send this: { $again }
rewritten-pledge = I don't act on edited messages, since others may have read the first words. To change *{ $pledge }* like that, send this: { $again }
rewritten-other = I don't act on edited messages. To have this done, send it as a message of its own: { $again }
# The same when the new words would not change it.
rewritten-ask-stays = I don't act on edited messages, so *{ $ask }* stays as it is.
    - Something different: `edit { $ask } …`
    - Not needed any more: `withdraw { $ask }`
rewritten-pledge-stays = I don't act on edited messages, so *{ $pledge }* stays as it is.
    - Another day: `adjust { $pledge } by:…`
    - If it doesn't fit after all: `handback { $pledge }`

## Offers, invitations, conveners

# A standing gift was recorded.
offer-recorded = Thank you! Your offer is *{ $offer }*.
    - Everyone's offers: `offers`
    - To take it back: `withdraw { $offer }`
# It was taken back.
offer-withdrawn = *{ $offer }* is off the list. Thank you for having offered. A new one any time: `offer …`
# A person may now read a private ask.
person-invited = { $name } can now read *{ $ask }* and pledge to it. To invite someone else: `invite { $ask } who:…`
# Someone became a convener, or is no longer one.
convener-added = { $name } is now a convener. To change that: `convener remove who:…`
convener-removed = { $name } is no longer a convener. To change that: `convener add who:…`

## One person on several accounts, one community in several places

# A platform in a sentence, after "on". $platform is never shown itself.
platform-name = { $platform ->
    [matrix] Matrix
    [discord] Discord
   *[console] the console
}
# An account of somebody: what it is called there, the platform, and its id. Without a name where that is known anyway.
account-named = { $name } on { $platform } ({ $id })
account-bare = { $id } on { $platform }
# A room or channel of a community.
place-named = { $name } on { $platform }

# A person wants to join two accounts of theirs. $code is to be sent from the other one, perhaps on another platform.
link-code = Your code is *{ $code }*. It is good once, for a quarter of an hour. Each of your accounts is shown who the other one is, and nothing is joined before you say so here.
    - From your other account, send me ~link { $code }~
# To the other account: whose code it sent, and the second code, which is to be sent from the first account.
link-answered = That is the code of { $account }. Joined, both are one: whatever you asked and promised, also in private, is yours on both. If it isn't you, do nothing, and give this code to nobody.
    - If that is you as well, send me from there ~link { $code }~
# To the first account: who sent its code.
link-asked = { $account } has just said your code. If that is you, you were shown a second code there: send it here in the same way, and both are one. If it isn't you, do nothing: nothing was joined, and your code is used up.
# To both accounts. $undo is a command.
accounts-linked = From now on this account and { $account } are one person for me. I write to the one you used last.
    - All that is yours: `mine`
    - To take the other one out again: { $undo }
# The account was taken out, and is a new member; $accounts are those that keep everything.
account-unlinked = This account is on its own again, like a new member's. What you asked and promised stays with { $accounts }. To begin: `needs`
# Another account was taken out.
unlinked-other = { $account } is on its own again. All that you asked and promised stays with you here: `mine`
# To an account that was taken out by another.
unlinked-by = This account is on its own again: { $account } took it out. If that was not you, a convener can help. What you can do: `help`

# To a convener: a code to be said in another place, so that it becomes one of this community's. $places are those it has.
place-code = The code for { $community } is *{ $code }*. It is good once, for a quarter of an hour. I ask you before anything is joined. Until now our places are: { $places }.
    - In the place that is to be one of ours, a convener of it sends ~community link { $code }~
# In the other place: whose code it is, and the second code, which is to be said in that community's place.
place-answered = That is the code of { $community }, and nothing has changed yet. Joined, this place's conveners are conveners of { $community }, too, and theirs of this place.
    - Give this to the convener who gave you the first code, who sends it to me in turn: ~community link { $code }~
# To the convener who was given the first code.
place-asked = { $account } has said your code in { $place }. To make that place one of ours, ask them for the second code, and send it here in the same way. Its conveners will then be ours too, and may read what is asked in private. If you don't know them, do nothing: nothing was joined, and your code is used up.
# To both conveners.
place-linked = { $place } is now a place of { $community }: every open ask has a card in all places, and digests go to all of them. To see that everything is in place: `community check`
# In all the places, for everyone.
places-together = From now on { $places } belong together, as { $community }. What is asked in the open in one of them has a card in all of them. What people look for: `needs`

## Lists

# What people look for.
needs-heading = Still looking for help
# When nothing is open.
needs-empty = Nothing is waiting for help right now. Is there something you could use? `ask …`
# How to help. $ask is the first on the list, as an example.
needs-hint =
    - To help: `pledge { $ask } what:"…" by:…`
    - Not sure yet: `maybe { $ask }`

# Standing gifts.
offers-heading = What people offer
offers-empty = No offers yet. Is there something you gladly give? `offer …`
offers-hint =
    - Could you use one of these? `ask …`
    - Something of your own to give? `offer …`

# What one person asked, pledged, is interested in, and offers.
mine-asks = Your asks
mine-pledges = Your pledges
mine-maybes = Your maybes
mine-offers = Your offers
mine-empty = Nothing of yours is on the list.
    - Need something? `ask …`
    - Want to help? `needs`
# How an ask of yours stands.
mine-ask-standing = { $standing ->
    [open] looking for help
    [in-hand] in hand
    [met] met
   *[withdrawn] no longer needed
}
# A pledge of yours, and how it stands. $due is a piece-by.
mine-pledge = *{ $pledge }* for { $ask }: { $what } ({ $pieces })
mine-pledge-standing = { $standing ->
    [open] open
    [done] done, waiting for a word from the person who asked
    [kept] kept, thank you
    [handed-back] handed back
   *[released] no longer needed
}
# What to do next; the ids are the first on each list, as examples.
mine-asks-hint =
    - To change one: `edit { $ask } …`
    - Not needed any more: `withdraw { $ask }`
mine-pledges-hint =
    - When it is done: `done { $pledge }`
    - Another day: `adjust { $pledge } by:…`
    - If it doesn't fit after all: `handback { $pledge }`
mine-maybe = *{ $ask }*, when you know what and by when: `pledge { $ask } what:"…" by:…`
mine-offers-hint =
    - To take one back: `withdraw { $offer }`

# What one person settled for themselves, one line each.
me-heading = How I write to you
me-changed = Saved.
me-name = Name: { $name }
me-zone = Time zone: { $zone }
me-language = Language: { $language ->
    [en] English
   *[es] Spanish
}
me-quiet = Quiet hours: { $from } to { $until }
me-quiet-none = Quiet hours: none
me-away = Away until { $date }; I write to you after that
me-not-away = Away: no
me-notices = { $notices ->
    [on] Notices about what others do: on
   *[off] Notices about what others do: off
}
me-role = You are a { $role ->
    [convener] convener
   *[member] member
} here
# Their accounts, if they have several: a series, the one that is written to first.
me-accounts = Your accounts, first the one I write to: { $accounts }
# How to change any of it.
me-hint = To change something, send one of these or several:
    `me zone:America/Chicago language:en quiet:20:30-08:30 away:{ $example } notices:off`

## Gatherings

# The gatherings to come, or none.
gatherings-heading = Gatherings
# No gathering is planned.
gatherings-empty = No gathering is planned. A convener can plan one: `gathering new when:"{ $example } 18:00" where:"…"`
# How to see more of one.
gatherings-hint = More about one: `gathering show { $gathering }`
# A gathering in a list; $pieces is its place and the like.
gathering-line = *{ $gathering }* { $starts } ({ $pieces })
gathering-line-bare = *{ $gathering }* { $starts }
gathering-cancelled-piece = cancelled
# One gathering, line by line.
gathering-heading = { $gathering }: { $starts }
gathering-place = Where: { $place }
gathering-facilitator = Facilitator: { $name }
gathering-scribe = Scribe: { $name }
gathering-is-cancelled = This gathering is cancelled.
# Where its digest stands.
gathering-digest-scheduled = The digest goes out { $at }.
# Its morning is over, or there was never time for one.
gathering-digest-over = Its digest's morning is past. To post one now: `digest post { $gathering }`
gathering-digest-held = The digest is held back until a convener posts it: `digest post { $gathering }`
gathering-digest-posted = The digest is posted.
# What can be done with it.
gathering-hint =
    - To move it: `gathering move { $gathering } when:…`
    - To call it off: `gathering cancel { $gathering }`
# After a change.
gathering-recorded = The gathering is planned.
gathering-moved = The gathering is moved.
gathering-cancelled = *{ $gathering }* is called off, and its digest with it. A new date: `gathering new when:…`

# The digest is held back, or was just posted.
digest-held = The digest for *{ $gathering }* waits for you. To send it: `digest post { $gathering }`
digest-posted = The digest for *{ $gathering }* is on its way to everyone. What needs a gentle eye: `care`

## The community

# What a community settled, one line each.
community-ready = *{ $name }* is ready.
# The first things worth doing.
community-ready-next = What to do next:
    - Plan a gathering: `gathering new when:"{ $example } 18:00" where:"…"`
    - See that everything is in place: `community check`
    - Post the first ask: `ask …`
settings-heading = How { $name } works
settings-zone = Time zone: { $zone }
settings-language = Language: { $language ->
    [en] English
   *[es] Spanish
}
settings-nudges = { $nudges ->
    [0] Reminders about one pledge: none
   *[other] Reminders about one pledge: at most { $nudges }
}
settings-confirm = { $days ->
    [one] Silence counts as "it arrived" after: 1 day
   *[other] Silence counts as "it arrived" after: { $days } days
}
settings-digest = { $days ->
    [0] Digest: on the day of the gathering
    [one] Digest: 1 day before a gathering
   *[other] Digest: { $days } days before a gathering
}
settings-weekly = Weekly digest: ~{ $schedule }~
settings-weekly-off = Weekly digest: off
# Only Discord's servers choose this; Matrix has a thread under each card anyway.
settings-threads = { $threads ->
    [on] On Discord: a thread under each ask's card
   *[off] On Discord: no threads under cards
}
settings-hint = To change something, send one of these or several:
    `community settings name:"…" zone:America/Chicago language:en nudges:3 confirm:5 digest:3 weekly:off`

# The check of a community. What is fine, and what is missing with the way to mend it. $ok is yes or no.
check-heading = Is everything in place?
check-zone = { $ok ->
    [yes] ✅ The time zone is chosen.
   *[no] ❌ The time zone is not chosen yet: `community settings zone:America/Chicago`
}
check-place = { $ok ->
    [yes] ✅ I know where to post.
   *[no] ❌ I don't know where to post yet. In the community's channel, send: `community setup name:"…" zone:America/Chicago`
}
check-convener = { $ok ->
    [yes] ✅ There is a convener.
   *[no] ❌ There is no convener yet: `convener add who:…`
}
check-gathering = { $ok ->
    [yes] ✅ A gathering is planned.
   *[no] ❌ No gathering is planned: `gathering new when:"{ $example } 18:00" where:"…"`
}
check-all-out = ✅ Every message went out.
# What goes wrong, each only when there is something to say.
check-parked = { $count ->
    [one] ❌ One message waits because I can't tell whether it arrived. Let me read the message history in this place, and I'll sort it out. What is waiting: `care`
   *[other] ❌ { $count } messages wait because I can't tell whether they arrived. Let me read the message history in this place, and I'll sort them out. What is waiting: `care`
}
check-failed = { $count ->
    [one] ❌ One message of the last two weeks could not be delivered. A closed direct chat, or a place where I may not write, is the usual reason.
   *[other] ❌ { $count } messages of the last two weeks could not be delivered. A closed direct chat, or a place where I may not write, is the usual reason.
}
check-expired = { $count ->
    [one] ❌ One message of the last two weeks would have come too late to help, so I left it out.
   *[other] ❌ { $count } messages of the last two weeks would have come too late to help, so I left them out.
}
check-unreachable = { $count ->
    [one] ❌ I can't post or read in one of our places. Is it still there, and may I write and read its history?
   *[other] ❌ I can't post or read in { $count } of our places. Are they still there, and may I write and read their history?
}
# $when says on which day and at what time: "on Friday 13 March, 18:00".
check-late = ❌ Something I should have done { $when } is still not done. Please tell the person who runs me.
check-clock = { $minutes ->
    [one] ❌ My clock is off by one minute, so what is due may have to wait. Please tell the person who runs me.
   *[other] ❌ My clock is off by { $minutes } minutes, so what is due may have to wait. Please tell the person who runs me.
}
check-backup = ✅ The last backup was made { $when }.
check-backup-failed = ❌ The last backup failed; the newest good one was made { $when }. Please tell the person who runs me.
check-backup-never = ❌ The backups fail, and there is no good one yet. Please tell the person who runs me.
# What I may do in the channel where cards stand, on platforms where each of these is a permission. $ok is yes or no.
check-place-gone = ❌ Our channel is gone. In the channel where asks should stand from now on, say: `community setup`
check-may-see = { $ok ->
    [yes] ✅ I can see our channel.
   *[no] ❌ I can't see our channel. In its settings, under Permissions, give me *View Channel*, or set me up in another one: `community setup name:"…"`
}
check-may-write = { $ok ->
    [yes] ✅ I may write there.
   *[no] ❌ I may not write there. In the channel's settings, under Permissions, give me *Send Messages*.
}
check-may-embed = { $ok ->
    [yes] ✅ I may show cards and digests in full.
   *[no] ❌ I may not show cards and digests in full. In the channel's settings, under Permissions, give me *Embed Links*.
}
check-may-attach = { $ok ->
    [yes] ✅ I may attach what is too long for a message.
   *[no] ❌ I may not attach what is too long for a message. In the channel's settings, under Permissions, give me *Attach Files*.
}
check-may-read = { $ok ->
    [yes] ✅ I may read the history, so that I never say something twice.
   *[no] ❌ I may not read the history, so I can't tell whether something was said already. In the channel's settings, under Permissions, give me *Read Message History*.
}
check-may-thread = { $ok ->
    [yes] ✅ I may open threads and write in them.
   *[no] ❌ I may not open a thread under a card. In the channel's settings, under Permissions, give me *Create Public Threads* and *Send Messages in Threads*, or do without: `community settings threads:off`
}
check-may-events = { $ok ->
    [yes] ✅ I may put gatherings among the server's events.
   *[no] ❌ I may not put gatherings among the server's events. In the server's settings, under Roles, give mine *Create Events*.
}
check-all-well = All is well.

# A gathering in a server's calendar: its name (at most about 60 letters beside the community's name), and what is said about it.
# $community (text): the community's name. $gathering (text): its number, such as G3.
event-name = Gathering { $gathering } · { $community }
event-about = Who needs what, what was promised and what was kept: a few days before, a digest says it. More: `gathering show { $gathering }`

## The first words on a server

# The first message in a channel of a server that the bot was brought to.
welcome-heading = Hello! I help a community keep its promises
welcome-words =
    People here can ask for help and pledge it, each with one command. I remember who promised what, remind them gently and at most three times, and before each gathering I tell everyone what was kept and what is still needed. Who fell short I tell nobody.
welcome-begin =
    To begin, somebody who may manage this server sets me up in the channel where asks should stand.
# Buttons under it: opens the form that sets the bot up; shows an example; says what is kept.
button-set-up = Set up
button-example = See an example
button-privacy = Privacy

# What `help example` answers: a small story in commands. $date is a day a week from now in figures.
help-story-hint =
    A small story:
    - Dev needs something: `ask Two people who can rewire a lamp need:2 by:{ $date }`
    - A card with it stands where everyone sees it. Bea promises: `pledge A1 what:"I'll bring a tester" by:{ $date }`
    - Two days before, I remind Bea, and nobody else. She can move the day, or hand it back, and no reason is asked.
    - When it is done: `done P1` and I ask Dev whether it arrived, and Dev can say thanks: `thanks P1 You saved us!`
    - Before the next gathering everyone reads what was kept and what is still needed.
# What `help privacy` answers.
help-privacy-hint =
    What I keep, and who sees it:
    - I hear commands, buttons, and what is written to me alone. What you say to each other I neither read nor keep.
    - An open ask is for everyone here. A private one is for you, the conveners and whom you invite: add ~visibility:private~
    - Reminders come to you alone. Nobody is ever told who fell short, not even as a number of one.
    - Some time after something has ended its words are blanked: a year, unless the person who runs me settled otherwise. Counts stay, without names.
    - What is yours: `mine`

## The card of an ask: public, and without any name

# The first line of a card, by how the ask stands.
card-open = { $ask } is looking for help
card-in-hand = { $ask } is in hand
card-met = 🎉 { $ask } is met
card-withdrawn = { $ask } is no longer needed
# Instead of a card, in a channel where the community's asks stood before: nothing of the ask, not even how it stands.
# $place (text): the channel where they stand now.
card-moved = { $ask } is not here any more
card-moved-note = Our community's asks stand in { $place } now. What people look for: `needs`
# How far it has come.
card-amounts = { $covered } of { $need } so far
# Below the words, when everything is promised; when it is met; when it was taken back.
card-in-hand-note = Everything is promised. You can still be a maybe, in case a spot opens: `maybe { $ask }`
card-met-note = Thank you to everyone who helped.
card-withdrawn-note = Thank you to everyone who thought about it. Other things people look for: `needs`
# How to help.
card-hint = To help: `pledge { $ask } what:"…" by:…`

## Nudges: private, answerable, never a reproach

# The first line: reminders only; questions only; both.
nudge-reminders = A friendly reminder of what you promised:
nudge-checks = A short question about what you promised:
nudge-both = About what you promised:
# One pledge. Before its day: what, when.
nudge-reminder = *{ $pledge }* for { $ask }: “{ $what }”, by { $due }.
# Its first step, if there is one.
nudge-first = First step: “{ $first }”.
# After its day.
nudge-check = *{ $pledge }* for { $ask }: “{ $what }”. It was for { $due }: did it happen?
# The second question about the same.
nudge-last-check = *{ $pledge }* for { $ask }: “{ $what }”. Just checking once more: did it happen?
# When the budget ends with this message.
nudge-last = This is the last time I write about it.
# How to answer; the buttons follow.
nudge-answers = Any answer is a good one. A new date or handing back needs no reason.

## Notices: something happened

# Above several notices of one morning.
notices-heading = What happened for you

# To the asker: someone pledged.
notice-pledged = { $helper } pledged *{ $pledge }* to your ask { $ask }: “{ $what }”, by { $due }.
notice-pledged-some = { $ask } now has { $covered } of { $need }.
notice-pledged-all = With that, everything you asked for is promised. Nothing to do for you now.
# To the asker: the helper changed the date, size or wording.
notice-adjusted = { $helper } changed *{ $pledge }* for your ask { $ask }. It now reads: “{ $what }”, by { $due }.
# What the helper added, if anything.
notice-note = Their note: “{ $note }”.
# What to do if the change does not fit.
notice-adjusted-next = If that is too late for you, look wider: `edit { $ask } …`
# To the asker: part of it is done.
notice-part-done = { $helper } did { $done } of { $amount } on *{ $pledge }*, for your ask { $ask }. The rest is still to come; nothing to do for you now.
# To the asker: did it arrive? $days of silence count as a yes.
notice-confirm-please = { $helper } says *{ $pledge }* for your ask { $ask } is done: “{ $what }”. Did it arrive?
notice-confirm-please-silence = { $days ->
    [0] If you say nothing, it counts as kept.
    [one] If you say nothing for a day, it counts as kept.
   *[other] If you say nothing for { $days } days, it counts as kept.
}
# To the asker: help was given back. Nobody is named.
notice-handed-back = A pledge for your ask { $ask } was handed back: “{ $words }”. It is open for someone else again.
notice-handed-back-amounts = It now has { $covered } of { $need }.
notice-handed-back-next = Nothing to do for you: it is on everyone's list. If you'd like to say it differently: `edit { $ask } …`
# To the asker, or to someone who was a maybe: a spot is free again, and it is soon. Nobody is named.
notice-spot-free-own = A spot on your ask { $ask } is free again, for { $due }: “{ $words }”.
    I am telling everyone who was a maybe. If you know someone who could, a word from you is quickest.
notice-spot-free = A spot on { $ask } is free again, for { $due }: “{ $words }”.
    You were a maybe for it; if it doesn't suit you, that is fine. If you can: `pledge { $ask } what:"…" by:{ $iso }`
# To the helper: it arrived, or nobody said otherwise.
notice-confirmed = Your help arrived, thank you! *{ $pledge }* is kept. It was for { $ask }: “{ $words }”
notice-confirmed-by-silence = Thank you! Nothing else was heard about *{ $pledge }*, so it counts as kept. It was for { $ask }: “{ $words }”
# To the helper: the asker says it has not arrived.
notice-still-needed = About *{ $pledge }*, “{ $what }”: the person who asked { $ask } has not got it yet. These things happen; it is open again.
# To the helper: the ask went away.
notice-released = *{ $pledge }*, “{ $what }”, is no longer needed: { $ask } was taken back. Thank you for being ready to help. Other things people look for: `needs`
# To the helper: thanks, with or without a name.
notice-thanked = { $from } thanks you for *{ $pledge }*: “{ $words }”
notice-thanked-anonymous = Someone you helped thanks you for *{ $pledge }*: “{ $words }”
# To the asker after a confirmation.
notice-thank-please = *{ $pledge }* for your ask { $ask } is kept. A word of thanks to { $helper }, if you like: `thanks { $pledge } …`
# To the asker, after the date of the ask.
notice-ask-still-needed = Is { $ask } still needed? “{ $words }”
notice-ask-still-needed-amounts = So far it has { $covered } of { $need }.
# To the conveners: someone asks privately. How many and by when follow as labels.
notice-private-ask = { $asker } asks privately, *{ $ask }*: “{ $words }”.
    Only you conveners can read it so far. To bring in someone who could help: `invite { $ask } who:…`
# To the invited. Only they, the asker and the conveners can read it.
notice-invited = You are invited to a private ask, *{ $ask }*: “{ $words }”.
    Please keep it between us; and if you can't help, that is fine. If you can: `pledge { $ask } what:"…" by:…`
notice-invited-by = You are invited to a private ask from { $asker }, *{ $ask }*: “{ $words }”.
    Please keep it between us; and if you can't help, that is fine. If you can: `pledge { $ask } what:"…" by:…`
# An office at a gathering. The facilitator runs it, the scribe records what is said aloud.
notice-facilitator = You are the facilitator of { $gathering }, { $starts }. What is planned: `gathering show { $gathering }`
notice-scribe = You are the scribe of { $gathering }, { $starts }: you record what is said aloud. What is planned: `gathering show { $gathering }`
# A convener made this person one too.
notice-made-convener = You are now a convener of { $community }.
    - What you can do: `help`
    - What needs a gentle eye: `care`
# To the conveners: a message did not get through.
notice-undelivered = I could not reach { $to }. Perhaps their direct messages are closed; a word from you may help. What is waiting: `care`

# To conveners: a message may or may not have been sent, and the place's history cannot be read to find out.
notice-parked = I can't tell whether one of my messages arrived, so I am not sending it again. Please let me read the message history where I write, and have me look again: `community check`

# To conveners: in a channel or room nothing the bot says is taken, and what it has to say there waits.
# $place (text): the channel or room.
notice-takes-nothing = I can't write in { $place } at present. What I have to say there waits until I can. To see what I need, and to have me try again: `community check`

# In a room, to somebody whose direct messages the bot cannot reach. Everyone reads it: nothing may hint at what it is about.
cannot-reach = I can't write to you directly, { $name }. If you like, allow direct messages from me, or write me one yourself.

# In a room or a direct chat, as an answer to it: $count messages of one person could not be decrypted, or came without encryption where
# everything else is encrypted. Everyone reads it: it names nobody. Whether they were meant for the bot it cannot know.
could-not-read = { $count ->
    [one] I couldn't safely read a message here. If it was meant for me, please send it again.
   *[other] I couldn't safely read { $count } messages here. If they were meant for me, please send them again.
}
# The likely reason, and what helps.
could-not-read-why = Most often the device it was sent from is brand new, its owner has not verified it yet, or it was sent without encryption. If it happens again, verify that device in your app's settings, or write from another one.

## Care: private, to conveners

# A pledge stayed without an answer.
care-note = *{ $pledge }* for { $ask } is unanswered. { $helper } had it for { $due }. A word from you may help; I won't write to them about it again.
# The care list.
care-heading = What needs a gentle eye
care-empty = Nothing needs you right now: nobody is waiting and nothing is unanswered. Enjoy it. What people look for: `needs`
care-unanswered = Pledges without an answer. A friendly word may help; I have stopped writing about them.
care-unanswered-line = *{ $pledge }* for { $ask }: { $helper }, { $due }
care-waiting = Asks that nobody has pledged to yet. Who could you point to one of them?
care-waiting-line = { $days ->
    [one] *{ $ask }* from { $asker }, one day: { $words }
   *[other] *{ $ask }* from { $asker }, { $days } days: { $words }
}
care-away = People who are away; perhaps ask how they are:
care-undelivered = { $count ->
    [one] One message could not be delivered. Why, perhaps: `community check`
   *[other] { $count } messages could not be delivered. Why, perhaps: `community check`
}

## The digest: public. No name but those of people who gave thanks.

# The first line. Said before a gathering or once a week.
digest-heading = { $community }: what we kept, what we still look for
# What was kept. The headline of it all.
digest-kept = *Kept since { $since }: { $kept } of { $pledges ->
    [one] { $pledges } pledge
   *[other] { $pledges } pledges
}.*
# When nothing is kept yet.
digest-none-kept = *Since { $since }: { $pledges ->
    [one] { $pledges } pledge
   *[other] { $pledges } pledges
}.*
# When there were no pledges at all.
digest-quiet = It has been quiet since { $since }. One small ask is a good beginning.
# The rest of the pledges. $parts is a series such as "1 in hand, 1 no longer needed, 2 handed back".
digest-rest = { $parts }.
# The same when some of what was handed back was taken by someone else. $share is both, all or some.
digest-rest-picked-up = { $parts }, and { $share ->
    [both] both were picked up by someone else
    [all] all were picked up by someone else
   *[some] { $picked ->
        [one] { $picked } of them was picked up by someone else
       *[other] { $picked } of them were picked up by someone else
    }
}.
digest-part-in-hand = { $count } in hand
digest-part-released = { $count } no longer needed
digest-part-handed-back = { $count } handed back
# How many asks are met.
digest-asks = { $met } of { $asks ->
    [one] { $asks } ask
   *[other] { $asks } asks
} met.
# Thanks, as they were said.
digest-thanks = Thanks
digest-quote = { $from }: “{ $words }” ({ $pledge })
# Asks that still look for help.
digest-looking = Still looking
digest-looking-line = *{ $ask }* { $words }
digest-looking-line-amounts = *{ $ask }* ({ $covered } of { $need }) { $words }
# Asks that are promised.
digest-in-hand = In hand
digest-in-hand-line = *{ $ask }* { $words } · agreed for { $due }
digest-in-hand-line-bare = *{ $ask }* { $words }
# The invitation at the end. $day is "on Thursday"; $starts is the full date and time.
digest-invitation = *Bring an ask { $day }.* We meet { $starts }.
digest-invitation-place = *Bring an ask { $day }.* We meet { $starts }: { $place }.
# The same when no gathering is planned.
digest-invitation-none = An ask or a hand is welcome any day.
    - Is there something you could use? `ask …`
    - Want to help? `needs`

# To a convener, above the digest, a day before everyone reads it.
preview-scheduled = This is what everyone will read { $at }.
    - To post it now: `digest post`
    - To hold it back: `digest hold`
# The same when its morning is over.
preview-unscheduled = This is what everyone will read once you post it.
    - To post it now: `digest post`
# The same when it is held back.
preview-held = This is what everyone will read once you post it. It is held back until then.
    - To post it: `digest post`
# The same for a digest without a gathering.
preview-weekly = This is what everyone will read in the weekly digest.
    - To post it now: `digest post`
    - To hold it back: `digest hold`

## Refusals: a kind answer, and the next step

# No command by that name; the nearest ones as a series, or none.
refused-unknown-near = I don't know “{ $said }”. Did you mean { $near }?
refused-unknown = I don't know “{ $said }”. What I can do: `help`
# A word that stands only with another behind it.
refused-incomplete = Which one did you mean?
# A bare command: what it still wants to know, by the command. Examples follow as a list.
refused-missing-words = { $path ->
    [ask] What do you need?
    [offer] What would you gladly give?
    [thanks] What would you like to say?
    [edit] What should it say?
    [pledge] What will you do, and by when?
   *[other] What would you like to say?
}
refused-missing-ask = Which ask is it? `needs` shows what is open.
refused-missing-pledge = Which pledge is it? `mine` shows yours.
refused-missing-ask-or-pledge = Which ask or pledge is it? `mine` shows yours.
refused-missing-gathering = Which gathering is it? `gathering list` shows them all.
refused-missing-person = Who is it about?
refused-missing-when = When should it be?
refused-missing-change = What should change?
refused-examples = For example:
# How it was written.
refused-twice = ~{ $option }:~ is there twice. Please send it again with the one you mean.
refused-open-quote = A quotation mark is opened and not closed. Please send it again with both, like this: ~what:"a van on Friday"~
# A value that an option does not take. $takes is a series.
refused-bad-value = ~{ $option }:~ can't be “{ $said }”. It can be { $takes }.
refused-bad-value-open = ~{ $option }:~ can't be “{ $said }”. How it is written: `help`
refused-bad-amount = I can't take “{ $said }” as a number. Please use a whole number from 1 to { $most }.
# Dates. $example is a date that would do, in figures.
refused-when-unreadable = I can't read “{ $said }” as a date. These I can read:
    - ~{ $option }:{ $example }~
    - ~{ $option }:"{ $example } 18:00"~
refused-when-no-such-date = “{ $said }” is not in the calendar. Which day is it? For example: ~{ $option }:{ $example }~
refused-when-past = “{ $said }” is over already. Which day to come is it? For example: ~{ $option }:{ $example }~
refused-when-ambiguous = “{ $said }” can mean two days. Which one is it?
refused-when-ambiguous-line = { $day }: ~{ $option }:{ $iso }~
refused-when-foreign-zone = “{ $said }” names a time zone. I read times in yours, { $zone }; please write it like this:
    ~{ $option }:"{ $example } 18:00"~
    - Your zone is a different one? `me zone:…`
refused-when-too-far = “{ $said }” is more than five years away. Did you mean a nearer year? For example: ~{ $option }:{ $example }~
# Words that no card carries.
refused-too-long = That is { $letters } letters; there is room for { $most }. Please say the heart of it, and tell the rest to whoever helps.
refused-rings-everyone = That would ring everyone at once. Please send it again without the “@” call; open asks are seen by everyone anyway.
refused-looks-like-code = That looks like the code of a program or a web page, which I don't pass on. Please say it in plain words.
refused-hidden-characters = There are hidden characters in that, perhaps from copying. Please type it again by hand.
refused-stacked-marks = There are many marks stacked on one letter, which some screens can't show. Please send it again without them.
# A private detail in words that everyone would read. $details is a series of the next. { $privately } and { $openly } are whole commands.
refused-private = Nothing is posted yet. I noticed { $details } in your words, and in the open everyone here could read it. How would you like to go on?
    - Privately, for you, the conveners and people they invite: { $privately }
    - In the open anyway: { $openly }
# An ask that was written to the bot alone and does not say who may read it.
refused-for-whom = Nothing is posted yet, since you wrote to me alone. Who may read it?
    - You, the conveners and people they invite: { $privately }
    - The same, and only the conveners know it is yours: { $anonymously }
    - Everyone here: { $openly }
# The details, as a series.
private-detail = { $detail ->
    [address] an address
    [phone] a phone number
    [health] something about health
   *[status] something about legal matters or status
}
# There is no such thing, or none this person may see. Both must read exactly the same.
refused-no-ask = There is no { $id } that you can see. `needs` shows what is open.
refused-no-pledge = There is no { $id } that you can see. `mine` shows yours.
refused-no-offer = There is no { $id } that you can see. `offers` shows what people offer.
refused-no-gathering = There is no { $id } that you can see. `gathering list` shows them all.
# Nobody here goes by that name.
refused-no-person = I don't know anyone here called “{ $name }”. Please write the name as this chat shows it; they may need to have written here once.
# Somebody else's.
refused-not-your-ask = { $ask } is someone else's ask. Only they or a convener can change it. Yours: `mine`
refused-not-your-pledge = { $pledge } is someone else's pledge. Yours: `mine`
refused-not-your-offer = { $offer } is someone else's offer. Yours: `mine`
refused-not-yours-to-confirm = Whether { $pledge } arrived is for the person who asked to say. Yours: `mine`
refused-own-ask = { $ask } is your own ask, so the help comes from others. If you found a way yourself: `withdraw { $ask }`
# What an ask can't take.
refused-ask-closed = { $ask } is no longer needed. Other things people look for: `needs`
refused-ask-full = Good news: everything for { $ask } is promised. To stand by in case a spot opens: `maybe { $ask }`
refused-ask-not-private = { $ask } is open, so everyone can read it already. Simply tell them about it.
refused-more-than-needed = { $left ->
    [one] { $ask } needs only 1 more. Please pledge that: ~amount:1~
   *[other] { $ask } needs only { $left } more. Please pledge up to that: ~amount:{ $left }~
}
refused-more-than-pledged = { $left ->
    [one] Only 1 is left on { $pledge }. If all of it is done, `done { $pledge }` is enough.
   *[other] Only { $left } are left on { $pledge }. If all of it is done, `done { $pledge }` is enough.
}
refused-less-than-done = { $done } of { $pledge } are done already, so it can't get that small. If that was all you can do: `handback { $pledge }` keeps what is done and opens the rest.
refused-less-than-covered = { $covered } of { $ask } are promised or done already, so it can't get that small. Please choose at least { $covered }: `edit { $ask } need:{ $covered }`
# States that rule a thing out.
refused-already-done = { $pledge } is done already, thank you. Nothing more to do. Yours: `mine`
refused-already-kept = { $pledge } is kept already, thank you. Nothing more to do. Yours: `mine`
refused-already-handed-back = { $pledge } was handed back. To help after all, make a new pledge: `needs`
refused-already-released = { $pledge } is no longer needed. Other things people look for: `needs`
refused-not-done-yet = { $pledge } is still on its way; nobody said it is done. If it arrived: `confirm { $pledge }`
refused-nothing-to-thank = { $pledge } has not arrived yet, so the thanks can wait. If it did arrive: `confirm { $pledge }`
# Good will without a promise.
refused-not-a-pledge = Thank you for wanting to help! It is not a pledge yet: what, and by when?
    - For example: `pledge { $ask } what:"…" by:{ $example }`
    - Not sure yet? Keep it as a maybe: `maybe { $ask }`
refused-not-a-pledge-when = Thank you for wanting to help! It is not a pledge yet: by when?
    - For example: `pledge { $ask } what:"…" by:{ $example }`
    - Not sure yet? Keep it as a maybe: `maybe { $ask }`
# The button "New date" was pressed: the day is still to be said.
refused-which-day = Which day would suit *{ $pledge }*? Send it with your day, for example: `adjust { $pledge } by:{ $example }`
# A change that says nothing.
refused-nothing-to-change = That changes nothing yet. Please add what should be different, such as ~by:{ $example }~ or ~what:"…"~.
# Who and where.
refused-conveners-only = That is for conveners. One of them will gladly do it for you. What you can do: `help`
refused-which-community = You are in several communities. Please send it again with one of these added:
refused-which-community-line = ~in:{ $slug }~
refused-no-community = I don't know yet which community you belong to. Use one of my commands there once, in its room or on its server, and then I'll know you here too. For example: `needs`
refused-last-convener = A community needs at least one convener. Add another first: `convener add who:…`
refused-convenes-by-platform = { $name } is a convener by their role in this chat, so it ends there too: someone who manages the chat can change that role.
refused-gathering-none = No gathering is planned. A convener can plan one: `gathering new when:"{ $example } 18:00" where:"…"`
refused-gathering-over = { $id } is over or cancelled. Those to come: `gathering list`
refused-digest-posted = The digest for { $id } is posted already. What people still look for: `needs`
# Codes that join accounts or places. No code by that name, used up, or over; or too many wrong ones.
refused-no-such-code = That is no code of mine, or it is used up or over: they last a quarter of an hour. For a new one:
    - To join two accounts of yours: `link`
    - To join a place to your community: `community link`
refused-too-many-codes = Those were many wrong codes. Please wait an hour, and then begin with a new one: `link`
# It was said where it was given, or on the wrong side.
refused-code-for-other-account = That code is for your other account. Please send it to me from there, in the same way.
refused-code-for-other-place = That code is for the other place. Please send it there, where everyone can read along, in the same way.
# Nothing to join, nothing to take apart, or not known which.
refused-already-linked = These two accounts are one already. All that is yours: `mine`
refused-only-account = This is the only account I know of you, so there is nothing to take apart. To join another one: `link`
refused-which-account = Which of your accounts is it?
# A place whose community has something of its own already.
refused-place-has-things = Something was asked, offered or planned here before, and two communities can't be poured into one. Please say the code in a new place of its own; what is here goes on as it is.
# The community was to be set up in a channel where the bot may not write, or that it may not even see. Nothing was changed.
refused-cannot-write-here = I may not write in this channel, so asks can't stand here, and I have changed nothing. In the channel's settings, under Permissions, give me *Send Messages* and say it again, or say it in another channel: `community setup`
refused-cannot-see-here = I can't see this channel, so asks can't stand here, and I have changed nothing. In the channel's settings, under Permissions, give me *View Channel* and *Send Messages* and say it again, or say it in another channel: `community setup`
refused-say-it-directly = That is better said to me alone, so I did nothing with it here. Please delete it and send it to me in a direct chat.
# Something broke on our side.
refused-fault = Something broke on my side, not yours. Nothing was changed. Please try again in a while; if it stays broken, give a convener this reference: ~{ $reference }~

## Help

# The title of the whole help.
help-heading = What I can do
# Above each group of commands.
help-asking = Asking
help-helping = Helping
help-yours = Yours and ours
help-convening = For conveners
# A command and what it does.
help-line = { $command }: { $does }
# At the end of the whole help.
help-hint = More about one, with examples: `help pledge`
# The help of one command; examples follow as a list.
help-one = *{ $path }*: { $does }
# Other words for the same command, as a series.
help-aliases = The same in other words: { $aliases }

# In a room, where everyone reads along: the few commands people need most, and where the rest is.
help-short =
    - To ask for help: `ask …`
    - What people look for: `needs`
    - To help with one of them: `pledge A1 what:"…" by:…`
    - When it is done: `done P1`
    - All that is yours, and how to change it: `mine`
    - More about one of them: `help pledge`
    - Everything there is, in a direct chat with me: `help`

# One line for each command, small letter first, no full stop.
command-ask = say what you need
command-needs = see what people look for
command-pledge = promise something for an ask: what, and by when
command-maybe = show interest without a promise
command-done = say that a pledge is done, or part of it
command-adjust = change a pledge's date, size, words or reminders
command-handback = give a pledge back, no reason asked
command-confirm = say that help arrived
command-stillneeded = say that help has not arrived, or that an ask is still needed
command-thanks = thank whoever helped
command-withdraw = take back an ask or an offer
command-edit = change an ask
command-offer = offer something without waiting for an ask
command-offers = see what people offer
command-invite = let someone read a private ask
command-mine = see your asks, pledges, maybes and offers
command-me = choose your time zone, language, quiet hours and days away
command-link = make another account of yours one with this one
command-unlink = take an account of yours out again
command-gathering-new = plan a gathering
command-gathering-list = see the gatherings to come
command-gathering-show = see one gathering
command-gathering-move = change a gathering's time
command-gathering-cancel = call a gathering off
command-digest-preview = read the digest before everyone does
command-digest-post = post the digest now
command-digest-hold = hold the digest back
command-care = see who could use a gentle word
command-community-setup = set up this community here
command-community-settings = see or change how this community works
command-community-check = see that everything is in place
command-community-link = make a place elsewhere one of this community's
command-convener-add = make someone a convener
command-convener-remove = make someone a member again
command-help = see this

# Where an app lists commands by itself, what one for conveners does.
describe-convening = { $does } (conveners)
# What an app shows beside each thing a command asks for, small letter first, no full stop. Ids are of the form A2, P7, O3, G4.
parameter-ask = the ask, such as A2
parameter-pledge = the pledge, such as P7
parameter-id = which one, such as A2, P7 or O3
parameter-gathering = the gathering, such as G4; without one, the next
parameter-words = in your own words
parameter-kind = the kind of help, such as goods or time
parameter-need = how many you need
parameter-by = by when: a day, with a time if that matters
parameter-visibility = who sees it: open, private or anonymous
parameter-what = what you promise
parameter-first = your first step
parameter-amount = how many
parameter-note = a word about it, if you like
parameter-nudges = my reminders
parameter-who = whom
parameter-zone = the time zone, such as America/Chicago
parameter-language = the language I write in
parameter-quiet = your quiet hours, such as 20:30-08:30
parameter-away = the last day you are away, or off
parameter-notices = whether I tell you what happened for you
parameter-when = the day and the time
parameter-where = where it is
parameter-facilitator = who facilitates
parameter-scribe = who writes down what is said
parameter-name = the community's name
parameter-confirm = after how many quiet days help counts as confirmed
parameter-digest = how many days before a gathering the digest comes
parameter-weekly = when the weekly digest comes, or off
parameter-threads = whether each ask has a thread under its card on Discord
parameter-in = which community, if you are in several
parameter-code = the code I gave on the other side
parameter-account = which account, such as discord

# Examples for each command, one per line.
usage-ask =
    - `ask Two folding tables for Saturday need:2 by:{ $example }`
    - `ask Help with a form kind:expertise visibility:private`
    - ~visibility:~ is ~open~, ~private~ or ~anonymous~
usage-needs =
    - `needs`
usage-pledge =
    - `pledge A2 what:"I'll bring my drill" by:{ $example }`
    - `pledge A8 what:"Chairs from the hall" amount:25 by:"{ $example } 10:00" first:"call the hall"`
usage-maybe =
    - `maybe A2`
usage-done =
    - `done P7`
    - `done P7 amount:10 note:"the rest tomorrow"`
usage-adjust =
    - `adjust P7 by:{ $example } note:"the printer jammed"`
    - `adjust P7 amount:10 what:"ten chairs" first:"call the hall"`
    - `adjust P7 nudges:off`
usage-handback =
    - `handback P7`
usage-confirm =
    - `confirm P7`
usage-stillneeded =
    - `stillneeded P7 note:"two boxes are missing"`
    - `stillneeded A2`
usage-thanks =
    - `thanks P7 It made our day`
usage-withdraw =
    - `withdraw A2`
    - `withdraw O3`
usage-edit =
    - `edit A2 Three folding tables for Saturday need:3`
    - `edit A2 kind:goods by:{ $example }`
usage-offer =
    - `offer A van on weekday evenings kind:transport`
usage-offers =
    - `offers`
usage-invite =
    - `invite A7 who:luis`
usage-mine =
    - `mine`
usage-me =
    - `me`
    - `me zone:America/Chicago language:es quiet:20:30-08:30`
    - `me away:{ $example }` and, when you are back, `me away:off`
    - `me notices:off`
usage-link =
    - `link`
    - `link BCDF-GHJK`
usage-unlink =
    - `unlink`
    - `unlink discord`
usage-gathering-new =
    - `gathering new when:"{ $example } 18:00" where:"Library Room B" facilitator:luis scribe:pia`
usage-gathering-list =
    - `gathering list`
usage-gathering-show =
    - `gathering show G4`
usage-gathering-move =
    - `gathering move G4 when:"{ $example } 18:00"`
usage-gathering-cancel =
    - `gathering cancel G4`
usage-digest-preview =
    - `digest preview`
    - `digest preview G4`
usage-digest-post =
    - `digest post`
    - `digest post G4`
usage-digest-hold =
    - `digest hold`
    - `digest hold G4`
usage-care =
    - `care`
usage-community-setup =
    - `community setup name:"Eastbank Collaboratory" zone:America/Chicago language:en`
usage-community-settings =
    - `community settings`
    - `community settings nudges:2 confirm:5 digest:3`
    - `community settings weekly:"0 9 * * Mon"` or `community settings weekly:off`
usage-community-check =
    - `community check`
usage-community-link =
    - `community link`
    - `community link BCDF-GHJK`
usage-convener-add =
    - `convener add who:luis`
usage-convener-remove =
    - `convener remove who:luis`
usage-help =
    - `help`
    - `help pledge`

## Menus and forms of apps that show commands by themselves

# What a command is called in a menu. $path chooses: [ask] is "ask". Only names that the command has anyway, as its own or
# as one of its other words; nothing chosen, it is $name.
command-name = { $path ->
   *[other] { $name }
}
# What the commands under one word are about; small letter first, no full stop.
command-group = { $noun ->
    [gathering] gatherings: plan one, see them, move one or call it off
    [digest] the digest: read it first, post it, hold it back
    [community] how this community is set up
    [convener] who convenes here
   *[other] { $name }
}
# Who reads an ask, as a choice in a menu.
visibility-name = { $visibility ->
    [open] everyone here
    [private] conveners and people I invite
   *[anonymous] the same, and only conveners know it is mine
}
# The languages, each by its own name.
language-name = { $language ->
    [en] English
   *[es] Español
}
# The title of a form, at most about 35 letters. $path chooses by the command, its two words with a line between them.
form-title = { $path ->
    [ask] What do you need?
    [offer] What do you offer?
    [pledge] Your pledge
    [thanks] Your thanks
    [adjust] What should change?
    [edit] What should change?
    [done] What is done
    [stillneeded] What is still needed
    [needs] What people look for
    [maybe] Maybe
    [handback] What you hand back
    [confirm] What arrived
    [withdraw] What you take back
    [offers] What people offer
    [invite] Whom you invite
    [me] Your own settings
    [link] Your other account
    [unlink] The account that goes
    [gathering-new] A new gathering
    [gathering-show] A gathering
    [gathering-move] A new time for a gathering
    [gathering-cancel] A gathering that is off
    [digest-preview] The digest as it will be
    [digest-post] The digest, now
    [digest-hold] The digest, not now
    [community-setup] Set up this community
    [community-settings] How this community does it
    [community-link] Another place of this community
    [convener-add] Who convenes from now on
    [convener-remove] Who no longer convenes
    [help] What would you like to know?
   *[other] { $name }
}
# The same about one thing: $id is A2 or P7.
form-title-about = { $id }: { $title }
# The label above a field of a form, at most 45 letters. $field chooses; it is never shown itself.
field-label = { $field ->
    [words] In your own words
    [ask] Which ask?
    [pledge] Which pledge?
    [id] Which one?
    [gathering] Which gathering?
    [what] What do you promise?
    [by] By when?
    [first] Your first step
    [amount] How many?
    [need] How many do you need?
    [kind] Kind of help
    [visibility] Who reads it?
    [note] A word about it
    [when] When?
    [where] Where?
    [who] Whom?
    [nudges] Reminders about one pledge, at most
    [name] Name
    [zone] Time zone
    [language] Language
    [quiet] Quiet hours
    [away] Away until
    [facilitator] Who facilitates?
    [scribe] Who writes down what is said?
    [code] The code from the other side
    [account] Which account?
    [confirm] Quiet days until help counts as confirmed
    [digest] Days from the digest to the gathering
    [weekly] When the weekly digest comes
   *[other] { $name }
}
# Something that could stand in a field, as people would write it. $like chooses: [ask] stands for the words of an ask, [what] for
# what somebody promises. Nothing chosen, it is empty.
field-example = { $like ->
    [ask] Two folding tables for Saturday
    [edit] Three folding tables for Saturday
    [offer] A van on weekday evenings
    [thanks] It made our day
    [what] I'll bring my drill
    [by] friday 18:00
    [when] friday 18:00
    [first] call the hall
    [amount] 2
    [need] 2
    [note] the rest tomorrow
    [where] Library Room B
    [name] Eastbank
    [zone] Chicago
    [language] en
    [nudges] from 0 to 3
    [confirm] 5
    [digest] 3
    [weekly] 0 9 * * Mon
    [away] friday
    [who] luis
    [facilitator] luis
    [scribe] pia
    [code] ABCD-EFGH
    [account] discord
   *[other] { "" }
}
# Buttons of an app: all that is yours; what people look for; a form once more with what was in it.
button-mine = What is yours
button-needs = What people look for
button-again = Try again
# Below a message that is too long for the app. The file is right under it.
# The name of the thread under an ask's card. Not what is asked: names of threads outlive it.
thread-name = About { $ask }
whole-in-file = The whole text is in the file below.
# A button that means nothing any more.
stale-button = This button is from an earlier time, so I did nothing. What I can do now: `help`
# Where an app lets people pick from a list of its own: they picked @everyone, or a bot.
nobody-picked = That is everybody at once, or a program, so I did nothing. Please pick a person. To convene, a role that only some people have will do as well.

## The console

# Shown when the console opens. The lines between ~ are typed as they are.
console-greeting = *Barnraiser.* Ask, promise, and see what was kept. This is a whole community in your terminal; it stays in this folder.
    - Speak as anybody: ~dev: /ask A ladder for Saturday kind:goods~
    - Answer as somebody else: ~hana: /pledge A1 what:"mine, it is long" by:"in 4 days"~
    - Speak to me alone: ~hana@dm: mine~
    - Make somebody a convener: ~:convener amara~, then ~amara: /help~
    - Move the clock, and watch who hears what: ~:wait 3 days~ or ~:now 2030-03-05 18:00~
    - See the totals with ~:report~, this again with ~:help~, and leave with ~:quit~
