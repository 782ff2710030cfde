# The bot's texts in English. HTML is Telegram's; arguments arrive escaped.

## Greeting

description = I draw what you describe and change your photos. Write, for example: a lighthouse in a storm.
short-description = I draw what you describe and change your photos.
start =
    Hi! Describe something and I’ll draw it. Send a photo and say what to change, and I’ll change it.

    Tap an example to see one, or write your own: <i>a cat reading a newspaper</i>. /help shows what else I can do.
help =
    <b>Draw a picture</b>: write what you want to see, or tap an example.
    With a shape at once: <code>/imagine a fox in the snow --ar 16:9</code>; four to choose from: <code>--n 4</code>

    <b>Shapes</b> for <code>--ar</code>: { $ratios }. Leave it out and I’ll ask; /ratio sets one for good.

    <b>Styles</b>: add <code>style:ink</code> to your words; /style shows all.

    <b>Change a picture</b>: send me a photo and say what to change, or say it in reply to one of my pictures.

    /history – your pictures; <code>/history fox</code> finds the foxes
    /favorites – those you marked with ☆
    /queue – what is being drawn and what waits
    /quota – how many pictures you have left today
    /prompt – in reply to a picture of mine: its description to copy
    /language – let me speak another language
    /export – a copy of all I keep about you
    /forget – delete what I keep about you
help-shop =
    /buy – more pictures, for Telegram Stars
    /balance – those you have
    /gift – pictures for somebody else
help-group =
    <code>/imagine a lighthouse in a storm</code> draws a picture; <code>--ar 16:9</code> picks its shape: { $ratios }.
    Reply to a photo or to one of my pictures with <code>/imagine make it night</code> to change it.

    /history, /favorites – your pictures from this group
    /queue, /quota – what is on the way, and what is left today
    /report – in reply to a picture of mine that should not be here
help-group-all = Everybody here may draw.
help-group-shared = <code>/history all</code> shows everybody’s pictures.
button-example = 🎨 { $prompt }
example-first = a lighthouse in a storm
example-second = a fox asleep in the snow
unknown-command = I don’t know that command. /help shows what I can do.
unknown-command-words = I don’t know that command.
misspelt-imagine = Did you mean /imagine?
misspelt-command = Did you mean /{ $command }? Edit your message, and I take it from there.
forwarded-command = Somebody else wrote that, so I leave it. To draw it, send me the description yourself.
declined = All right, I leave everything as it is.
agreed = Please press one of the buttons under my question.
agreed-describe = Please describe it in a few words.
agreed-nothing = If there is a button under my question, please press it. Otherwise tell me what to draw, or send a photo to change.
praised = Thank you! To change a picture, reply to it and say what to change.

## Asking for what is missing

ask-prompt = What shall I draw?
ask-prompt-placeholder = A lighthouse in a storm
ask-change = What shall I change? For example: make it night.
ask-change-named = <a href="tg://user?id={ $id }">{ $name }</a>, what shall I change? Reply here, for example: make it night.
ask-change-placeholder = Make it night
ask-change-suggested = What shall I change? Tap a suggestion, or write it in your own words.
suggestion-night = Make it night
suggestion-snow = Add snow
suggestion-watercolor = Turn it into a watercolour
album-first = I change one photo at a time, so I took the first. Send me the others one by one.
ask-ratio = Which shape for “{ $prompt }”?
ask-draw = Shall I draw “{ $prompt }”?
ask-either = Shall I draw “{ $prompt }”, or change the picture? A changed picture keeps its shape.
ask-edit = Shall I change the picture: “{ $prompt }”?
misspelt-edit = Did you mean /{ $command }? Until you edit your message again, I leave your picture as it was asked for.
edit-not-followed = I leave your picture as it was asked for. Edit your message again to change it.
button-draw = 🎨 Draw it
button-draw-without = Draw without
button-draw-in = 🎨 Draw it, { $ratio }
button-change = 🎨 Change it
button-always = 📌 Always { $ratio }
button-change-picture = ✏️ Change the picture
button-change-instead = ✏️ Change the picture instead
button-ratio-1x1 = ◻️ 1:1
button-ratio-16x9 = 🖥 16:9
button-ratio-9x16 = 📱 9:16
button-ratio-4x3 = 📷 4:3
button-ratio-3x4 = 🖼 3:4

flags-lacking = My model has no { $features } (<code>{ $flags }</code>), but I can draw this without.
flags-lacking-alone = My model has no { $features } (<code>{ $flags }</code>).
lacks-version = versions to choose from
lacks-strength = style strength
lacks-exclude = list of things to leave out
lacks-seed = seeds
lacks-quality = quality levels
lacks-style = styles of that name
lacks-variety = chaos
lacks-tile = tiling
lacks-reference = reference pictures
lacks-repeat = repeats
lacks-speed = speeds to choose from
lacks-profile = profiles
lacks-video = video
lacks-visibility = hidden mode

## What cannot be drawn as asked

prompt-too-long =
    That description has { $length ->
        [one] { $length } character
       *[other] { $length } characters
    }; I can take up to { $limit }. Please make it shorter.
prompt-too-long-style = That includes the words of the style; <code>style:none</code> leaves them out.
ratio-unknown = I don’t have { $ratio }.
ratio-twice = You named more than one shape.
count-refused = I draw up to { $most } pictures at once: <code>--n 2</code>, <code>--n 3</code> or <code>--n 4</code>.
flag-unknown = I don’t know <code>{ $flag }</code>; I know <code>--ar</code> for the shape and <code>--n</code> for the number.

source-too-large = That file is over { $limit } MB, more than I can fetch from Telegram. Send it as a photo, or a smaller file.
unusable = I work with words and pictures: describe what to draw, or send a photo, a picture file or a sticker to change.
source-moves = I can’t change that: it moves, and I change still pictures. Send me a picture of the moment you want, for example a screenshot.
source-not-a-picture = I can’t change that: it is not a picture. Send me a photo, a picture file (JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP, TIFF) or a sticker.
source-too-many-pixels =
    The picture you want changed has { $megapixels ->
        [one] { $megapixels } megapixel
       *[other] { $megapixels } megapixels
    }, and I can take up to { $limit }. Send it as a photo instead of a file, so that Telegram makes it smaller. { $left }
edit-keeps-shape = A changed picture keeps its shape, so I leave the one you named aside.
draws-words = I’m drawing your words as a new picture in { $ratio }.
edit-has-no-shape = A changed picture keeps its shape. Only a picture drawn from words can take another.
prompt-of-what = Reply /prompt to one of my pictures, and you get its description to copy.
prompt-of-source = I have no description of this picture. These words changed it: <pre>{ $prompt }</pre>
prompt-back = <pre>{ $prompt }</pre>

## Status

status-next = ⏳ Your picture is next.
status-place = ⏳ Your picture is number { $place } in line.
status-drawing =
    🎨 Drawing, about { $left } to go.
    { $bar }
status-drawing-for =
    🎨 Drawing for { $elapsed }, about { $left } to go.
    { $bar }
status-late =
    🎨 Drawing for { $elapsed }: longer than usual, but I’m still at it.
    { $bar }
span-hours = { $hours } h { $minutes } min
span-minutes = { $minutes } min
span-seconds = { $seconds } s
status-sending = 🎨 The picture is ready and on its way to you.
status-paused = ⏸ The picture service isn’t responding. Your place is kept, and I’ll go on as soon as it’s back: no need to send this again.
batch-status-next = ⏳ Your { $size } pictures are next.
batch-status-place = ⏳ Your { $size } pictures are number { $place } in line.
batch-status-drawing = 🎨 Drawing { $size } pictures.
batch-status-late = 🎨 Drawing { $size } pictures for { $elapsed }: longer than usual, but I’m still at it.
batch-status-ready = 🎨 { $ready } of { $size } ready, drawing the rest.
batch-status-sending = 🎨 The pictures are ready and on their way to you.
button-cancel-all = Cancel all
button-cancel = Cancel
still-wanted = Sorry for the wait: for a while I couldn’t draw. Do you still want “{ $prompt }”?
still-wanted-batch =
    Sorry for the wait: for a while I couldn’t draw. Do you still want “{ $prompt }” ({ $count ->
        [one] { $count } picture
       *[other] { $count } pictures
    })?
button-no-thanks = No, thanks
approval-prompt = “{ $prompt }”.
approval-count =
    { $count ->
        [one] { $count } picture.
       *[other] { $count } pictures.
    }
approval-draw = Shall I draw this? An admin of this group decides.
approval-change = Shall I change the picture like this? An admin of this group decides.
approval-member = A member
button-decline = Decline
button-try-again = 🔁 Try again

## Ends without a picture

cancelled = Cancelled. { $left }
not-approved-declined = Sorry, the admins would rather not have “{ $prompt }” drawn in this group. { $left }
not-approved-unanswered = No admin replied within a day, so “{ $prompt }” is not drawn. { $left }
failed-timeout = I’m sorry, the picture was not ready in time. { $left }
failed-unavailable = The picture service cannot be reached right now; in a few minutes it may be. { $left }
failed-unknown-create = The connection dropped while I was ordering your picture, and I can’t tell whether the order arrived. { $left }
failed-moderated = The picture service won’t draw this description. Other words may work. { $left }
failed-moderated-pause = The picture service won’t draw this description. { $left }
failed-bad-input = The picture service did not accept this description. Other words may work. { $left }
failed-task-failed = The picture service could not draw this. A second try or other words may work. { $left }
failed-service-paused = Drawing is paused: my owner has something to settle with the picture service. Please try again later. { $left }
failed-picture-lost = The picture was drawn, but I could not fetch it. { $left }
failed-not-sendable = The picture was drawn, but Telegram would not take it. { $left }
failed-not-sent = The picture was drawn, but for a whole day I could not get it through to Telegram. { $left }
failed-not-allowed = The picture was drawn, but I may not send pictures in this group. An admin can allow it, or ask me in private. { $left }
failed-not-started = The picture was drawn, but I had nowhere to send it. Open our chat, press Start, then try again. { $left }
failed-source-unavailable = I could not get the picture you want changed from Telegram in time; in a few minutes I may. { $left }
failed-source-gone = Telegram no longer has the picture you want changed. Please send it again. { $left }
failed-source-unknown-format = I could not read the picture you want changed: the file is not a picture of a kind I know (JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP, TIFF). { $left }
failed-source-broken = I could not read the picture you want changed: the file is damaged or incomplete. Please send it again, or send a screenshot of it. { $left }
failed-source-moves = I can’t change that picture: it moves, and I change still pictures. Send me a picture of the moment you want, for example a screenshot. { $left }
failed-source-unusable = I could not read the picture you want changed. Please send it again as a photo. { $left }
failed-source-refused = The picture service did not accept the picture you want changed. Please try another one, or describe a picture with /imagine. { $left }
failed-edits-not-set-up = I can’t change photos here yet: my owner has to set that up first. I draw descriptions as always, with /imagine. { $left }
batch-none = None of the pictures came.
batch-partial = { $came } of { $size } came; the rest:
left =
    { $left ->
        [0] It didn’t count, but today’s pictures are used up.
        [one] It didn’t count: { $left } picture left today.
       *[other] It didn’t count: { $left } pictures left today.
    }
left-unlimited = It didn’t count.
left-paid = It didn’t count: your paid picture is back.

## Limits

notice-too-fast = That’s a lot at once. Give me a minute: until then I stay silent.
notice-not-kept = I can’t save anything right now, so I didn’t take this; nothing was counted. Please send it again in a few minutes. What I took before is safe.
notice-waits = I can’t save anything right now, so this waits. No need to send it again: I’ll go on by myself.
notice-unreadable = { internal-error }
notice-checkout = I can’t take your payment right now, so nothing was paid. Please try again in a few minutes.
word-banned = I don’t draw that here. Other words may work.
word-not-here = This group’s admins don’t want that drawn here. Other words may work.
unsafe-pause = The picture service refused several of your descriptions, so I’m not drawing for you for a while: an hour at most. It ends by itself.
paused = ⏸ I’m taking a break and start no new pictures right now. Those on the way still come. Please ask again later.
paused-because = ⏸ { $text }
unsafe-warning = One more refusal like this, and I stop drawing for you for up to an hour.
quota-used =
    You have used { $daily ->
        [one] your { $daily } picture
       *[other] all { $daily } pictures
    } for today. New ones come at <tg-time unix="{ $at }" format="t">00:00 UTC</tg-time>, in { $wait }.
quota-none = Drawing is open to the bot’s owners only.
quota-paid-only = Pictures are paid here. Buy some, and then ask again.
queue-full =
    You already have { $pending ->
        [one] { $pending } picture
       *[other] { $pending } pictures
    } on the way. Wait for one to finish, or cancel one in /queue.
too-many-quota-used =
    You have { $left ->
        [one] { $left } picture left today; ask for one, without <code>--n</code>.
       *[other] { $left } pictures left today; ask with <code>--n { $left }</code>.
    }
too-many-group-quota-used =
    This group has { $left ->
        [one] { $left } picture left today; ask for one, without <code>--n</code>.
       *[other] { $left } pictures left today; ask with <code>--n { $left }</code>.
    }
too-many-member-share-used =
    Your share of this group’s day still has { $left ->
        [one] { $left } picture; ask for one, without <code>--n</code>.
       *[other] { $left } pictures; ask with <code>--n { $left }</code>.
    } New ones come at <tg-time unix="{ $at }" format="t">00:00 UTC</tg-time>, in { $wait }. You can also draw in a private chat with me.
too-many-queue-full =
    You can have { $pending } pictures on the way at once, so { $left ->
        [one] one more fits now: ask for one, without <code>--n</code>, or wait.
       *[other] { $left } more fit now: ask with <code>--n { $left }</code>, or wait.
    }
too-many-pressed-quota-used =
    You have { $left ->
        [one] { $left } picture left today, too few for this button. To draw one, send the description.
       *[other] { $left } pictures left today, too few for this button. To draw them, send the description with <code>--n { $left }</code>.
    }
too-many-pressed-group-quota-used =
    This group has { $left ->
        [one] { $left } picture left today, too few for this button. To draw one, send the description.
       *[other] { $left } pictures left today, too few for this button. To draw them, send the description with <code>--n { $left }</code>.
    }
too-many-pressed-member-share-used =
    Your share of this group’s day still has { $left ->
        [one] { $left } picture, too few for this button. To draw one, send the description, or ask me in private.
       *[other] { $left } pictures, too few for this button. To draw them, send the description with <code>--n { $left }</code>, or ask me in private.
    }
too-many-pressed-queue-full =
    You can have { $pending } pictures on the way at once, so { $left ->
        [one] one more fits now, too few for this button. Wait a little, or send the description.
       *[other] { $left } more fit now, too few for this button. Wait a little, or send the description with <code>--n { $left }</code>.
    }
quota =
    Today: { $used } of { $daily } used, <b>{ $left }</b> left.
    New ones come at <tg-time unix="{ $at }" format="t">00:00 UTC</tg-time>, in { $wait }.
quota-unlimited =
    Today: { $used ->
        [one] { $used } picture
       *[other] { $used } pictures
    }. You have no limit.
quota-paid = Paid pictures: <b>{ $balance }</b>. They come after the free ones.
quota-extra = Extra pictures: <b>{ $balance }</b>. They come after those of the day.

quota-group =
    This group today: { $used } of { $daily } used, <b>{ $left }</b> left.
quota-share =
    Your share of it: { $used } of { $daily } used, <b>{ $left }</b> left.

## Groups

group-edit-hint = <i>To change it, reply with /imagine and what to change, or press Edit.</i>
hello-group =
    Hi! I draw pictures: <code>/imagine a lighthouse in a storm</code>. Reply to a photo, or to a picture of mine, with <code>/imagine make it night</code>, and I change it.

    Admins choose who may draw, and how much, in /settings.
group-nobody = Drawing is switched off in this group. Its admins can change that in /settings.
group-admins-only = In this group only admins may draw. They can change that in /settings.
group-quota-used =
    This group has used { $daily ->
        [one] its { $daily } picture
       *[other] all its { $daily } pictures
    } for today. New ones come at <tg-time unix="{ $at }" format="t">00:00 UTC</tg-time>, in { $wait }. You can also draw in a private chat with me.
member-share-used =
    Your share of this group’s day, { $daily ->
        [one] { $daily } picture
       *[other] { $daily } pictures
    }, is used up. New ones come at <tg-time unix="{ $at }" format="t">00:00 UTC</tg-time>, in { $wait }. You can also draw in a private chat with me.
settings-group =
    <b>Drawing in this group</b>
    Top to bottom: who may draw, pictures a day for all together, the shape when none is named, my language.
settings-group-more =
    <b>More settings of this group</b>
    Share: the most pictures a day for one member.
    Shared history: <code>/history all</code> shows everybody’s pictures.
    Spoiler: pictures stay covered until they are tapped.
    Approval: a picture is drawn only if an admin agrees.

    ✓ marks what is on. /words blocks words here.
settings-private = Your own settings: /ratio for the shape, /language for the language, /unsubscribe if you want no news. /settings itself is for groups.
private-only = Ask me that in <a href="{ $link }">our private chat</a>.
button-who-all = Everybody
button-who-admins = Admins
button-who-nobody = Nobody
button-daily = { $daily } a day
button-daily-each = { $daily } each
button-daily-any = No share: first come
button-language-each = Each person’s own language
button-shared-history = Shared history
button-spoiler = Spoiler
button-approval = Approval
words-none = No word is blocked in this group. <code>/words add example</code> blocks one.
words-list =
    <b>Blocked in this group</b>: { $words }

    <code>/words add example</code> blocks a word or a phrase, <code>/words remove example</code> allows it again.
words-how = Send <code>/words add example</code> or <code>/words remove example</code>, with a word or a phrase of up to { $length } characters.
words-full = This group has { $limit } blocked words, as many as I can keep. Remove one first: /words lists them.
words-added = Blocked in this group: { $word }
words-known = Blocked already: { $word }
words-removed = No longer blocked in this group: { $word }
words-unknown = Was not blocked in this group: { $word }
words-private = /words is for groups: there, admins block words with it.

## Buttons under a picture

offer-again = 🔁 Again
offer-shapes = 📐 Shape
offer-edit = ✏️ Edit
offer-original = 📎 Original
offer-undo = ↩️ Before
offer-redo = ↪️ After
offer-copy = 📋 Copy description
offer-four = ×4 Four more
offer-share = ↗️ Share
offer-more = ⋯ More
offer-favourite = ☆ Favourite
offer-not-favourite = ★ Favourite
offer-delete = 🗑 Delete
button-delete-sure = 🗑 Yes, delete it
button-delete-keep = « Keep it
offer-styles = 🎭 Style
offer-vary = 🎲 Vary
offer-sticker = 🩹 Sticker
offer-group-photo = 🖼 Group photo
button-back = « Back
delete-sure = Delete this picture?
delete-sure-edits = Delete this picture? Pictures made from it stay, and Before under them still shows it.
deleted = Deleted.
deleted-message-stays = I no longer keep this picture, but Telegram doesn’t let me remove the message any more. You can delete it yourself.
deleted-message-stays-group = I no longer keep this picture, but Telegram doesn’t let me remove the message any more. An admin of this group can delete it.
undone = As it was.
undo-impossible = I can’t show that picture here; it is still where you sent it.
hidden-file = 🙈 In an archive, so that the picture stays hidden until you open it.
original-expired = Originals are kept for about a day, and this one is gone. The picture itself can still be saved from the chat.
original-later = I can’t get the original right now: the picture service can’t be reached. Please press again in a few minutes.
cut-from-grid = <i>Cut out of the grid: the full size is kept for about a day.</i>
cut-for-now = <i>Cut out of the grid, because the picture service can’t be reached right now. Press its number again later for the full size.</i>
single-lost = This picture is gone, both here and at the picture service. Press ×4 to draw new ones.
picture-lost = This picture is gone, both here and at the picture service. To draw it anew, send its description: <code>{ $prompt }</code>
which-one = Which one? Put its number first, from 1 to { $most }, for example: <code>2 { $example }</code>
which-one-example = make it night
group-photo-right = I may not change this group’s photo. Make me an admin with the right “Change group info”, then press again.
group-photo-not-yours = Only an admin with the right “Change group info” can change this group’s photo.
group-photo-later = Telegram does not take the group photo right now. Please press again in a few minutes.
group-photo-refused = Telegram does not take this picture as a group photo. Please try another one.
group-photo-hidden = A group photo can’t be hidden, so I don’t use a picture under a spoiler.

## /history

history-empty = No pictures here yet. Send /imagine to draw the first.
search-empty = None of your pictures here has “{ $words }” in its description. /history shows all of them.
search-empty-all = No picture of this group has “{ $words }” in its description. <code>/history all</code> shows all of them.
history-not-shared = This group has no shared history. Its admins can switch it on in /settings.
favourites-empty = No favourites here yet. Press ☆ under a picture of yours, and it’s kept here.
page-of-search = 🔎 { $words }
page-of-favourites = ★ Favourites
page-of-all = 👥 Everybody’s pictures
page-by = 👤 { $name }
history-page =
    { $prompt }

    <tg-time unix="{ $at }" format="D">{ $when }</tg-time> · { $number } of { $total }
history-page-recent =
    { $prompt }

    <tg-time unix="{ $at }" format="r">{ $when }</tg-time> · { $number } of { $total }
history-today = today, { $time } UTC
history-yesterday = yesterday, { $time } UTC
history-date = { DATETIME($date, dateStyle: "long") }

## Inline mode and guests

inline-prompt = <i>{ $prompt }</i>
inline-draw = 🎨 Draw it, { $ratio }
inline-ready = Press “Draw it” and the picture appears here.
inline-dropped = All right, not drawn.
inline-describe = Describe what to draw
inline-unclear = Leave out the options, then I can draw it
inline-too-long = That is too long here: ask me in our chat
inline-not-yours = I have no such picture of yours
inline-picture-gone = Telegram no longer has this picture
inline-start-first = To draw here I need a chat with you first: open it, press Start, then press “Draw it”.
inline-elsewhere = The picture is ready, but this chat doesn’t let me show it. You’ll find it in our own chat.
inline-elsewhere-stored = The picture is ready, but this chat doesn’t let me show it. To see it, press “{ button-open-in-chat }”.
inline-elsewhere-linked = The picture is ready, but this chat doesn’t let me show it. <a href="{ $link }">Here it is</a>, for an hour.
button-draw-it = 🎨 Draw it
button-change-it = 🎨 Change it
button-open-chat = Open our chat
button-draw-own = 🎨 Draw your own
button-open-in-chat = Open in chat
guest-title = Picture
guest-accepted = I’m on it. The picture appears here or, if this chat doesn’t let me change my reply, in <a href="{ $link }">our own chat</a>.
guest-in-private = You mentioned me in another chat, but I couldn’t finish my reply there. I’ll send the picture here.
guest-describe = Describe what to draw after my name, for example “a lighthouse in a storm”, or reply to a picture with what to change.
guest-anonymous = I draw for people only here: write to me under your own name.

## /language and /forget

choose-language = Which language shall I speak? Now: { $current }.
language-en = English
language-ru = Русский
language-es = Español
language-pt = Português
language-current-auto = the same as in Telegram
button-language-auto = Same as Telegram
language-saved = I’ll speak English with you.
forget-sure =
    Delete all I keep about you?
    Goes: history, descriptions, settings, your own styles, your sticker sets, and what is on the way.
    Stays: the messages in this chat, today’s count and, for an hour, the times of refused descriptions.
    To get a copy first, send /export.
forget-keep-days =
    { $days ->
        [one] By themselves, descriptions and pictures go after a day, but for ★ favourites.
       *[other] By themselves, descriptions and pictures go after { $days } days, but for ★ favourites.
    }
forget-keeps-payments = Your payments and what was bought with them stay, too: refunds need them.
button-forget = Delete it all
button-keep = Keep it
forgotten = Done. Only today’s count is left and, for an hour, the times of refused descriptions.
forget-kept = Nothing was deleted.

## /export

export-begun = I’m gathering all I keep about you: pictures, descriptions, settings. It comes here as a file, or as several if there is a lot.
export-too-soon = You had a copy less than an hour ago. The next one is possible in { $wait }.
export-empty = I keep no pictures and no descriptions of yours.
export-file =
    { $pictures ->
        [0] 📦 No pictures, but all descriptions and dates: they are in { $file }.
        [one] 📦 { $pictures } picture; descriptions and dates are in { $file }.
       *[other] 📦 { $pictures } pictures; descriptions and dates are in { $file }.
    }
export-missing =
    { $pictures ->
        [one] { $pictures } picture could not be fetched from Telegram; { $file } says why.
       *[other] { $pictures } pictures could not be fetched from Telegram; { $file } says why.
    }
export-next = File { $number } follows.
export-failed = I’m sorry, I could not get the copy of your data through to you. Please send /export again later.

## Links to a picture

request-not-yours = I can’t show the picture behind this link: it’s somebody else’s, or it was deleted. Describe one, and I’ll draw it.
request-named = “{ $prompt }”
request-lost = I have no copy of this picture. Send its description again, and I’ll draw it anew.
request-approval = An admin of the group decides whether I draw it.

## /report

report-how = Send /report in reply to a picture of mine that should not be here, and my owner looks at it. If you like, add a few words after the command to say why.
report-sent = Thank you. My owner gets this picture and decides what to do.
report-known = Thank you. My owner has this picture already.
report-hidden = Thank you. My owner has hidden this picture already.
report-gone = I don’t know this picture any more, so I can’t pass it on. In a group, an admin can delete it.
report-nobody = There is nobody here to pass this on to. In a group, an admin can delete the picture.
report-unread = Thank you. I can’t reach my owner right now. In a group, an admin can delete the picture at once.
report-too-many =
    Thank you for looking out. You have reported { $limit ->
        [one] { $limit } picture
       *[other] { $limit } pictures
    } within a day, as many as I pass on. Please try again tomorrow.
picture-hidden = My owner has hidden this picture.

## Buying pictures

buy =
    ⭐ <b>More pictures</b>
    Your free pictures of the day are used first. Those you buy come after them and don’t expire.
buy-monthly =
    A subscription brings { $units ->
        [one] { $units } picture
       *[other] { $units } pictures
    } a month; what is left of them ends with it.
buy-how = Choose, and an invoice comes here. You pay with Telegram Stars; the terms are in /terms.
buy-in-private = Pictures are sold in our private chat only.
button-buy = ⭐ Buy pictures
button-pack =
    { $units ->
        [one] { $units } picture
       *[other] { $units } pictures
    } · { $stars } ⭐ ({ $each } each)
button-pack-monthly = 🔁 { $units } a month · { $stars } ⭐ ({ $each } each)
button-subscribe = 🔁 Subscribe · { $stars } ⭐
subscribe =
    { $units ->
        [one] { $units } picture
       *[other] { $units } pictures
    } a month for { $stars } ⭐. Telegram renews this every 30 days until you cancel, in /balance or in Telegram’s settings. The button opens the invoice.
invoice-title =
    { $units ->
        [one] { $units } picture
       *[other] { $units } pictures
    }
invoice-title-monthly =
    { $units ->
        [one] { $units } picture a month
       *[other] { $units } pictures a month
    }
invoice-title-gift =
    { $units ->
        [one] A gift: { $units } picture
       *[other] A gift: { $units } pictures
    }
invoice-description = They come after your free pictures of the day and don’t expire.
invoice-description-monthly = Renewed every 30 days until you cancel. What is left over ends with the subscription.
invoice-description-gift = After the payment you get a link to pass on. Whoever opens it first gets the pictures.
invoice-refused = Telegram doesn’t take this invoice from me right now, and nothing was charged. Please try again in a few minutes.
checkout-unknown-order = I don’t know this invoice, so nothing was charged. /buy makes a new one.
checkout-other-user = This invoice is somebody else’s, so nothing was charged. /buy makes one for you.
checkout-paid = This invoice is paid already, so nothing more was charged. /balance shows your pictures.
checkout-subscribed = You have a subscription already, so nothing more was charged. /balance shows it.
checkout-subscribing = Your subscription is being paid right now, so nothing more was charged. If that doesn’t work, please try again in a minute.
checkout-changed = The price of this invoice isn’t right, so nothing was charged. /buy makes a new one.
checkout-expired = This invoice is more than a day old, so nothing was charged. /buy makes a new one.
checkout-banned = My owner has blocked you here, so nothing was charged.
checkout-service-paused = I can’t draw right now, so I take no money either. Nothing was charged; please try again later.
checkout-not-stored = I can’t save anything right now, so I take no money either. Nothing was charged; please try again in a few minutes.
paid =
    ✅ Thank you! { $units ->
        [one] { $units } picture is
       *[other] { $units } pictures are
    } yours, and won’t expire.
paid-monthly =
    ✅ Thank you! { $units ->
        [one] { $units } picture is
       *[other] { $units } pictures are
    } yours until <tg-time unix="{ $at }" format="D">{ $when }</tg-time>. Then Telegram renews the subscription; /balance cancels it.
paid-renewed =
    🔁 Your subscription is renewed: { $units ->
        [one] { $units } picture is
       *[other] { $units } pictures are
    } yours until <tg-time unix="{ $at }" format="D">{ $when }</tg-time>. /balance cancels it.
paid-left = Paid pictures now: <b>{ $balance }</b>.
extra-left = Extra pictures now: <b>{ $balance }</b>. They come after those of the day.
paid-go-on = If I had to refuse a picture, ask again now: send the description, or press the button once more.
paid-gift =
    🎁 Thank you! The gift is ready: { $units ->
        [one] { $units } picture
       *[other] { $units } pictures
    } for whoever opens this link first. It works once.
    { $link }
paid-unknown = I don’t know what your payment of { $stars } ⭐ was for, so I’m giving it back. /buy shows what there is.
paid-receipt = { $stars } ⭐, payment <code>{ $charge }</code>. Something wrong? /paysupport
button-pass-on = ↗️ Pass it on

## Terms and the balance

terms =
    <b>Terms for bought pictures</b>
    1. You pay with Telegram Stars. One paid picture is one drawing, or one change of a photo.
    2. The free pictures of the day are used first. Bought ones don’t expire; those of a subscription end two days after its paid month.
    3. A picture that doesn’t come isn’t counted: it goes back to your balance by itself.
    4. The picture service refuses some descriptions. That isn’t counted either, and no reason for a refund.
    5. Something wrong with a payment? /paysupport. With a refund, the pictures of that payment are taken back.
    6. Payments are kept as long as refunds may need them, also after /forget.
    7. My owner is the seller. Telegram’s support can’t help with purchases here.
terms-link = The terms for bought pictures: { $link }
terms-contact = Contact: { $contact }
terms-ask = Before the first purchase: do you agree? Then the invoice follows.
terms-agreed = ✓ You agreed to this.
button-agree = ✓ I agree
balance = <b>Your pictures</b>
balance-free = Free today: <b>{ $left }</b> of { $daily }. New ones come in { $wait }.
balance-free-unlimited = Free: no limit.
balance-paid = Paid: <b>{ $balance }</b>.
balance-below = Paid: <b>{ $balance }</b>. Refunded pictures had been used; above zero, paid ones go on.
balance-monthly-active = 🔁 Subscription: { $units } a month for { $stars } ⭐, paid until <tg-time unix="{ $at }" format="D">{ $when }</tg-time>. Then it renews.
balance-monthly-canceled = 🔁 Subscription: { $units } a month for { $stars } ⭐, paid until <tg-time unix="{ $at }" format="D">{ $when }</tg-time>. It doesn’t renew.
balance-monthly-failed = 🔁 Subscription: { $units } a month for { $stars } ⭐, paid until <tg-time unix="{ $at }" format="D">{ $when }</tg-time>. Telegram could not take the next payment.
balance-movements = <b>Last changes</b>
movement-bought = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, bought
movement-renewed = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, subscription
movement-granted = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, from my owner
movement-received = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, a gift
movement-spent = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, drawn
movement-given-back = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, not drawn
movement-taken-back = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, refunded
movement-restored = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, not refunded
movement-expired = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, expired
button-subscription-cancel = ✕ Cancel the subscription
button-subscription-resume = 🔁 Renew it again
subscription-cancelled = The subscription is not renewed any more. Its pictures stay yours until <tg-time unix="{ $at }" format="D">{ $when }</tg-time>, and two days more. To switch it on again: /balance.
subscription-resumed = The subscription goes on. The next payment is due on <tg-time unix="{ $at }" format="D">{ $when }</tg-time>.
subscription-failed = Telegram could not take { $stars } ⭐ for your subscription. Its pictures stay for two days. Please see to your Stars in Telegram, or subscribe again: /buy.
subscription-yourself = Only you can switch it on again: in Telegram’s settings, under My Stars.
subscription-over = There is no subscription that runs. /buy has one.
subscription-later = Telegram doesn’t take this right now. Please press again in a few minutes.

## Gifts and /paysupport

gift =
    🎁 <b>Give pictures away</b>
    Choose a pack. After the payment you get a link; whoever opens it first gets the pictures.
gift-received =
    🎁 { $units ->
        [one] { $units } picture is
       *[other] { $units } pictures are
    } a gift to you! They come after the free ones of the day. Describe something, and I’ll draw it.
gift-opened =
    🎁 Your gift was opened: { $units ->
        [one] { $units } picture.
       *[other] { $units } pictures.
    }
gift-used = This gift was opened before, and each works once. /buy has more pictures.
gift-unknown = I don’t know this gift. Please ask for the link once more.
gift-withdrawn = This gift was refunded, so it doesn’t work any more.
gift-own = This is your own gift, still unopened. Pass the link on.
gift-taken-back = A gift that you opened was refunded, so its pictures are taken back.
granted =
    🎁 My owner gives you { $units ->
        [one] { $units } picture.
       *[other] { $units } pictures.
    }
paysupport = Which payment is it about? Press it and say what is wrong: my owner decides about a refund.
paysupport-none = You have made no payment here. /buy shows what there is.
paysupport-contact = You can also write to my owner: { $contact }
button-charge = { DATETIME($date, dateStyle: "medium") } · { $stars } ⭐
paysupport-reason = 🧾 What is wrong with { $stars } ⭐, payment <code>{ $charge }</code>? Reply to this message.
paysupport-placeholder = What went wrong
paysupport-words = Please say it in words: reply to my question with a text, and my owner gets it.
paysupport-asked = Thank you. My owner decides about it, and the decision comes here.
paysupport-unread = I’ve kept this, but I can’t reach my owner right now.
paysupport-waits = My owner has this one already; the decision comes here.
paysupport-begun = This refund is on its way.
paysupport-refunded = This payment is refunded already.
paysupport-declined = My owner has looked at your payment of { $stars } ⭐ and does not refund it.
paysupport-refused = Telegram did not carry out the refund of { $stars } ⭐, so the pictures stay yours.
paysupport-kept = Telegram did not carry out the refund of { $stars } ⭐. My owner knows about it.
refunded = ↩️ { $stars } ⭐ are refunded, and the pictures of that payment are taken back. Paid pictures now: <b>{ $balance }</b>.
refunded-below = Some of them had been used, so the number is below zero. Free pictures go on as always; above zero, paid ones do, too.
refunded-monthly = The subscription is not renewed any more.
refunded-gift = ↩️ { $stars } ⭐ are refunded. The link of your gift doesn’t work any more.
refunded-nothing = ↩️ { $stars } ⭐ are refunded.

## The command menu

command-imagine = Draw a picture or change one
command-history = Your pictures here
command-favorites = Your favourite pictures here
command-queue = What is being drawn and what waits
command-quota = How many pictures are left today
command-buy = More pictures, for Telegram Stars
command-balance = Your free and paid pictures
command-ratio = Your usual shape
command-style = Styles for your pictures
command-language = Language
command-help = What I can do
command-report = Report a picture of mine
command-export = A copy of all I keep about you
command-forget = Delete what I keep about you
command-admin = Everything for admins, with buttons
command-stats = How things are going, in figures
command-find = Find a person
command-user = All about one person
command-limit = A daily limit for one person
command-pause = Take no new requests
command-resume = Take requests again
command-audit = What admins did
command-ban = Block a person or a chat
command-unban = Let them in again
command-banword = Block a word
command-unbanword = Allow a word again
command-broadcast = Send a message to all users
command-refund = Refund a payment
command-grant = Give somebody pictures
command-settings = Who may draw here, and how much
command-words = Words blocked here

## /queue

queue-empty = Nothing waits and nothing is being drawn. Send /imagine to start.
queue-empty-group = None of your pictures is on the way in this group. Send /imagine to start.
queue-title = <b>Your pictures on the way</b>
queue-running = { $number }. 🎨 { $prompt }
queue-asked = { $number }. ❓ { $prompt } (do you still want it?)
queue-approval = { $number }. ❓ { $prompt } (an admin decides)
queue-waiting = { $number }. ⏳ { $prompt } (number { $place } in line)
button-cancel-listed = ✕ { $prompt }
button-listed-cancelled = Cancelled: { $prompt }
button-listed-done = Done: { $prompt }
button-listed-failed = Failed: { $prompt }

## /ratio

ratio-choose = Which shape shall I use when you don’t give one? Now: { $current }.
ratio-current-ask = I ask each time
ratio-saved = From now on I draw in { $ratio }. /ratio changes it.
ratio-reset = From now on I ask for the shape each time.
button-ratio-ask = Ask me each time
button-ratio-ask-group = Ask each time

## Toasts

toast-accepted = On it!
toast-repeated = Already drawing it.
toast-needs-approval = An admin of this group decides first.
toast-approval-changed = The description has changed: please look at the new question.
toast-cancelled = Cancelled
toast-declined = Declined
toast-cancel-again = I’m already drawing it. To cancel, press again.
toast-too-late = Too late to cancel: the picture is ready.
toast-over-cancelled = Nothing to cancel: it’s cancelled.
toast-over-done = Nothing to cancel: it’s done.
toast-over-failed = Nothing to cancel: this one failed.
toast-not-yours = Only the person who asked can press this.
toast-old = This button is too old. Please send your message again.
toast-new-buttons = This button is too old. /{ $command } has new ones.
toast-old-again = This button is too old. To draw this again, send /imagine with the description.
toast-old-edit = This button is too old. To change the picture, reply to it with /imagine and what to change.
toast-old-original = This button is too old, and the original is gone. The picture itself can still be saved from the chat.
toast-old-before = This button is too old. Look for the earlier picture further up in this chat.
toast-old-deleted = I don’t keep this picture any more. You can delete the message yourself.
toast-old-pick = This button is too old, and I no longer have the picture. The grid can still be saved from the chat.
toast-old-try = This button is too old, and I no longer have your words. Please send them again with /imagine.
toast-original = Fetching the original…
toast-favourite = ★ Kept. /favorites shows them all.
toast-not-favourite = ☆ No longer a favourite.
toast-old-sticker = This button is too old. To make a sticker, draw the picture again with /imagine.
toast-sticker = Making a sticker…
toast-sticker-sent = I’ve sent it already.
toast-group-photo = Setting the group photo…
toast-newest = This is the newest one.
toast-oldest = This is the oldest one.
toast-asked = I’ve asked already: what shall I change?
toast-before = I’ve sent it already: it’s below.
toast-saved = Saved
toast-admins-only = Only this group’s admins can do that.
toast-invoice-sent = I’ve sent it already: it’s below.
toast-prices-changed = The prices have changed since. /buy has the new ones.
toast-refund-begun = The refund is on its way.
toast-refund-declined = Declined. I pass it on.

## Errors

internal-error = Something broke on my side; my owner will see it. Please try again in a minute.

## For the bot’s admins

alarm-key = ⚠️ The picture service does not take the bot’s key (GPTUNNEL_API_KEY). Requests wait; nothing is drawn until the key works.
alarm-money = ⚠️ The balance with the picture service is used up. Requests wait; nothing is drawn until it is topped up.
alarm-disk = ⚠️ The database takes no writes (a disk is full, read-only or failing, or its server is down; the log says which). New requests are refused; accepted ones wait and go on by themselves once it does again.
alarm-bucket = ⚠️ The bucket for photos (SOURCE_BUCKET) cannot be used; the log says why. Photo edits are sent in another way or wait. <code>imagine-bot check</code> tries the bucket.
alarm-missed-payments = ⚠️ Telegram’s list has payments or refunds that no update told me about. I have entered them now, so all balances are right; the log names them. If this happens again, please look at why updates get lost.
alarm-deductions = ⚠️ Stars have left my balance, and Telegram’s list does not say for which payment: perhaps somebody got the money for their Stars back. The log has the amount. I have taken no pictures back.
alarm-payment = ⚠️ A payment could not be booked; the log says why. Nothing is lost: the bot tries it again and again, also after a restart.
alarm-backup = ⚠️ Today’s copy of the ledger could not be made (BACKUP_DIR); the log says why. The bot works on, and tries again in three hours. Please look at the disk: until then the last good copy is older than a day.
source-way-refused =
    ⚠️ The picture service does not accept photos { $refused ->
        [link] as a link to this bot. Please check that PUBLIC_URL with its path /source/ can be reached from the internet.
        [bucket] as a link to the bucket. Please check that the host in SOURCE_BUCKET can be reached from the internet.
       *[data] inside the request.
    }
    Photo edits go on: photos are now sent { $works ->
        [link] as a link to this bot (PUBLIC_URL).
        [bucket] as a link to the bucket (SOURCE_BUCKET).
       *[data] inside the request.
    }
source-ways-refused = ⚠️ Photos cannot be changed: the picture service accepts none of the photos that I send. It needs links that can be reached from the internet. Please set PUBLIC_URL (an https address of this bot) or SOURCE_BUCKET (an S3 bucket), try it with <code>imagine-bot check</code>, and restart me. Pictures from descriptions work as before.
low-balance =
    ⚠️ { $balance ->
        [one] { $balance } rouble is
       *[other] { $balance } roubles are
    } left with the picture service. Please top it up.
ban-how = Send /ban with the id of a person or a chat, for example <code>/ban 12345</code>. Admins can’t be blocked.
banword-how = Send /banword with a word, for example <code>/banword example</code>.
banned = Blocked: { $subject }
unbanned = No longer blocked: { $subject }
not-banned = Was not blocked: { $subject }
report-title = 🚩 <b>A reported picture</b>
report-prompt = <i>{ $prompt }</i>
report-author = Drawn for: <a href="tg://user?id={ $id }">{ $id }</a>
report-author-chat = Drawn for: a channel or an anonymous admin ({ $id }). A ban blocks that whole chat.
report-reporter = Reported by: <a href="tg://user?id={ $id }">{ $name }</a> ({ $id })
report-reporter-chat = Reported by: { $name } ({ $id }), a channel or an anonymous admin
report-in-group = Group: { $title }
report-in-private = In their private chat with me
report-reason = Reason: { $reason }
report-decided-hide = 🙈 Hidden by { $admin }, <tg-time unix="{ $at }" format="Dt">{ $when }</tg-time>
report-decided-ban = 🚫 Hidden, and its author blocked, by { $admin }, <tg-time unix="{ $at }" format="Dt">{ $when }</tg-time>
report-decided-fine = ✅ Left as it is by { $admin }, <tg-time unix="{ $at }" format="Dt">{ $when }</tg-time>
report-message-stays = Hidden. Telegram doesn’t let me delete every message with it, so I removed the buttons. An admin of the group can delete it.
report-of-admin = This picture is an admin’s, and admins can’t be blocked. You can hide it.
report-deleted = This report is gone: its author deleted all I kept, or it was decided long ago. /ban with the id still works.
button-report-hide = 🙈 Hide
button-report-ban = 🚫 Ban
button-report-fine = ✅ Fine
toast-report-hide = Hidden.
toast-report-ban = Hidden, and its author is blocked.
toast-report-fine = Left as it is.
toast-report-decided = This was decided before.
toast-bot-admins-only = Only the bot’s admins can decide that.
refund-how = Send /refund with the id of a payment, as its confirmation shows it: <code>/refund 12345</code>
refund-unknown = I know no payment <code>{ $charge }</code>.
refund-begun = The refund of { $stars } ⭐ to <a href="tg://user?id={ $id }">{ $id }</a> is on its way, payment <code>{ $charge }</code>. The result comes here.
refund-done = ↩️ Refunded: { $stars } ⭐ to <a href="tg://user?id={ $id }">{ $id }</a>, payment <code>{ $charge }</code>.
refund-refused = ⚠️ Telegram refuses to refund { $stars } ⭐ to <a href="tg://user?id={ $id }">{ $id }</a>, payment <code>{ $charge }</code>; the log says why. The pictures are given back.
refund-request-title = 💳 <b>A refund is asked for</b>
refund-request-by = By: <a href="tg://user?id={ $id }">{ $id }</a>
refund-request-payment = Payment: <code>{ $charge }</code>, { $stars } ⭐, <tg-time unix="{ $at }" format="Dt">{ $when }</tg-time>
refund-request-used = Pictures used: { $used } of { $units }
refund-request-reason = Reason: { $reason }
refund-decided-refund = ↩️ Refunded by { $admin }
refund-decided-decline = ✕ Declined by { $admin }
button-refund = ↩️ Refund
grant-how = Send /grant with the id of a person and a number of pictures, for example <code>/grant 12345 20</code>.
grant-done =
    { $units ->
        [one] Given: { $units } picture
       *[other] Given: { $units } pictures
    } to <a href="tg://user?id={ $id }">{ $id }</a>.
grant-left-paid = Paid pictures there now: { $balance }.
grant-left-extra = Extra pictures there now: { $balance }.
grant-not-told = I can’t write to them yet: they have no open chat with me.
limit-how = Send /limit with the id of a person and a number of pictures a day: <code>/limit 12345 50</code>. The id alone shows the limit, and <code>/limit 12345 default</code> brings the usual one back. Admins have none.
limit-own = Pictures a day of <a href="tg://user?id={ $id }">{ $id }</a>, a limit of their own: <b>{ $daily }</b>.
limit-usual = Pictures a day of <a href="tg://user?id={ $id }">{ $id }</a>, the usual limit: <b>{ $daily }</b>.
pause-begun = Paused: I take no new requests, and what is on the way goes on. /resume ends it. Users see:
pause-ended = ▶️ I take requests again.
pause-none = There is no pause: I take requests.
pause-too-long = The text of a pause has up to { $limit } characters. Please send a shorter one.
admin-menu = 🛠 <b>For admins</b>
admin-menu-open = I take requests.
admin-menu-paused = I take no new requests. Users see:
admin-menu-domain = There is an admin page, too. To get a button for it here, send /setdomain to @BotFather, choose me, and send { $domain }
admin-menu-refused = There is an admin page, too, but Telegram refuses its button: { $reason }. Please check PUBLIC_URL, start me again, and send /admin
button-admin-stats = 📊 Statistics
button-admin-find = 🔎 Find a user
button-admin-pause = ⏸ Pause
button-admin-resume = ▶️ Resume
button-admin-broadcast = 📣 Message to all
button-admin-audit = 🧾 Actions
button-admin-banword = 🚫 Block a word
button-admin-unbanword = ✅ Allow a word
button-admin-refund = ↩️ Refund a payment
button-admin-page = 🖥 Admin page
button-admin-back = ‹ Back
admin-ask-find = Whom do you look for? Reply with a name, a username or an id.
admin-ask-pause = What shall users see while I take no requests? Reply with the text. A dot alone is my own sentence.
admin-ask-banword = Which word shall I not draw? Reply with it.
admin-ask-unbanword = Which word may be drawn again? Reply with it.
admin-ask-refund = Which payment is refunded? Reply with its id, as its confirmation shows it.
admin-ask-limit = How many pictures a day? Reply with a number, or with “default” for the usual limit.
admin-ask-grant = How many extra pictures? Reply with a number. They can’t be taken back.
admin-placeholder = Your reply
find-how = Send /find with a name, a username or an id: <code>/find ann</code>
find-none = I know nobody like “{ $words }”. I find users who wrote to me, by name, username or id.
find-found = Users like “{ $words }”, the newest first:
find-more = There are more. A longer name finds fewer.
user-how = Send /user with an id: <code>/user 12345</code>. /find finds it.
user-title = 👤 <b><a href="tg://user?id={ $id }">{ $name }</a></b> <code>{ $id }</code>
user-title-chat = 👥 <b>{ $name }</b> <code>{ $id }</code>
user-since = Here since { DATETIME($date, dateStyle: "medium") }, language { $language }
user-seen = Last here on { DATETIME($date, dateStyle: "medium") }
user-left-bot = Has blocked me, so I can’t write there.
user-banned = 🚫 Blocked by admins: I ignore everything from there.
user-is-admin = An admin of mine: no daily limit.
user-today = Today: { $used } of { $daily }
user-own-limit = a limit of their own
user-balance = Paid or extra pictures: { $balance }
user-requests = Requests: { $total }; pictures: { $used }, failed: { $failed }, cancelled: { $cancelled }, on the way: { $pending }
user-spent = Spent on them: { $roubles } ₽
user-stars = Paid here: { $stars } ⭐
user-last = <b>The last requests</b>
user-request = { $mark } <tg-time unix="{ $at }" format="dt">{ $when }</tg-time> { $prompt }
button-user-limit = 📏 Limit
button-user-grant = 🎁 Give
button-user-ban = 🚫 Block
button-user-ban-sure = 🚫 Yes, block
button-user-unban = ✅ Unblock
user-ban-sure = Block { $id }? I would ignore everything from there until an admin undoes it.
audit-title = <b>Actions of admins</b>: { $number }–{ $last } of { $total }
audit-of = About <code>{ $id }</code>
audit-none = No admin has done anything yet that is kept here.
audit-when = <tg-time unix="{ $at }" format="dt">{ $when }</tg-time> <a href="tg://user?id={ $id }">{ $name }</a>:
audit-name = { $name }
audit-subject = <code>{ $id }</code>
audit-details = <i>{ $text }</i>
audit-kind-ban = 🚫 blocked
audit-kind-unban = ✅ unblocked
audit-kind-ban-word = 🚫 word blocked
audit-kind-unban-word = ✅ word allowed
audit-kind-grant = 🎁 pictures given
audit-kind-limit = 📏 daily limit
audit-kind-pause = ⏸ pause
audit-kind-resume = ▶️ end of the pause
audit-kind-refund = ↩️ refund
audit-kind-decline-refund = ✕ refund declined
audit-kind-broadcast = 📣 broadcast
audit-kind-stop-broadcast = ✋ broadcast stopped
audit-kind-report-hide = 🙈 reported picture hidden
audit-kind-report-ban = 🚫 reported picture hidden, its author blocked
audit-kind-report-fine = ✅ reported picture left
stats-how = Send /stats for all users, or with an id for one: <code>/stats 12345</code>
stats-title = Statistics
stats-of-all = 30 days, UTC
stats-of-user = User { $id }, 30 days, UTC
stats-periods = Today · 7 days · 30 days
stats-today = today
stats-week = 7 days
stats-month = 30 days
stats-active = Active users
stats-new = New
stats-returning = Returning
stats-requests = Requests
stats-pictures = Pictures
stats-failed = Failed
stats-cancelled = Cancelled
stats-pending = On the way
stats-seconds = Time to the picture, seconds
stats-half = Median
stats-time = { $amount } s
stats-median = Median time to the picture
stats-p95 = 95 % within
stats-spent = Spent, roubles
stats-stars = Stars earned
stats-errors = Failures in 30 days
stats-error-timeout = took too long
stats-error-moderated = refused as unsafe
stats-error-refused = request refused
stats-error-service = picture service
stats-error-telegram = not delivered
stats-error-photo = photo to change
stats-date = { DATETIME($date, dateStyle: "medium") }
button-stats-dark = 🌙 Dark
button-stats-light = ☀️ Light
button-stats-again = 🔄 Now
grant-once = This message has given its pictures already; its edit gives none. To give more, send a new /grant.
admin-page-title = Admin page
admin-page-sign-in-how = Open our chat, send /admin and press “🖥 Admin page”. Telegram asks you to confirm, and you come back here, signed in for twelve hours.
admin-page-open-chat = Open our chat
admin-page-refused = That sign-in is too old, was used before, or isn’t from Telegram. Please press the button in our chat again.
admin-page-no-sign-in = I can’t sign you in right now, because my database can’t be reached. Please press the button in our chat again in a little while.
admin-page-not-admin = This account isn’t one of my admins: its id isn’t in ADMIN_IDS.
admin-page-lost = I can’t be reached right now. I keep trying.
admin-page-sign-out = Sign out on all devices
admin-page-skip = To the content
admin-page-now = Now
admin-page-paused = I take no new requests. Users see:
admin-outage = The picture service takes no requests: { $reason }
admin-state-waiting = Waiting
admin-state-drawing = Being drawn
admin-state-sending = Being sent
admin-page-nothing-open = Nothing waits, and nothing is being drawn.
admin-page-failures = Last failures
admin-page-no-failures = None among the newest requests.
admin-page-broadcasts = Messages to all
admin-page-no-broadcasts = None lately.
admin-broadcast-waits = 🕓 Goes out { $when }
admin-page-users = Users
admin-page-find = Name, username or id
admin-page-switches = Switches
admin-page-pause-text = Text for users (empty: my own sentence)
admin-page-word = Word
admin-page-limit = Pictures a day (empty: the usual limit)
admin-page-grant = Extra pictures
admin-page-done-before = This was done before, so nothing has changed.
admin-page-not-done = That didn’t work. Please check what you typed, and try again.
admin-page-not-now = I can’t be reached right now. Please try again in a little while.

## Styles

style-name-watercolor = Watercolour
style-name-ink = Ink
style-name-oil = Oil
style-name-pencil = Pencil
style-name-lineart = Line art
style-name-poster = Poster
style-name-comic = Comic
style-name-anime = Anime
style-name-film = Film photo
style-name-3d = 3D render
style-name-isometric = Isometric
style-name-pixel = Pixel art
style-name-clay = Claymation
style-name-paper = Paper cut
style-name-glass = Stained glass
style-name-embroidery = Embroidery
style-choose =
    <b>Styles</b> add a few words to yours; the caption shows them. Press one, and I draw in it from now on. Now: { $current }.

    For one picture: <code>a fox in the snow style:ink</code>. A picture without your usual style: <code>style:none</code>.
    Your own, with _ for your words: <code>/style save sketch quick sketch of _, on old paper</code>. <code>/style delete sketch</code> deletes it.
style-own = ✨ { $name }: <i>{ $words }</i>
style-current-none = none
style-usual = From now on I draw in { $name }: <i>{ $words }</i>. /style changes it.
style-reset = From now on I draw without a style.
style-card =
    { $name } adds these words: <i>{ $words }</i>

    For one picture: <code>a fox in the snow style:{ $written }</code>. For all of them, press the button. /style shows the others.
style-unknown = I don’t know the style “{ $name }”. /style shows all.
style-unknown-like = I don’t know the style “{ $name }”. Did you mean { $names }? /style shows all.
style-saved = Saved.
style-deleted = Deleted: { $name }.
style-not-own = You have no style of your own with the name “{ $name }”. /style shows all.
style-delete-how = Which one? Send its name, too: <code>/style delete sketch</code>. /style shows yours.
style-save-how = Send a name and some words, with one _ in the place of yours: <code>/style save sketch quick sketch of _, on old paper</code>. Without _ the words follow yours.
style-save-name = The name of a style is one word of up to 16 letters and digits, for example <code>/style save sketch quick sketch of _, on old paper</code>.
style-save-long = The words of a style have up to 300 characters. Please make them shorter.
style-save-flags = A style has words only. Please leave out flags such as <code>--ar</code>, and other styles.
style-full = You have { $limit } styles of your own, as many as I can keep. Delete one first: /style lists them.
button-style-none-now = ✓ No style
button-style-usual = From now on:
button-style-without = ✕ Without a style
style-too-long = With the words of this style the description would have more than { $limit } characters. Please send a shorter one.

## Stickers

sticker-title = My pictures
button-sticker-set = 🩹 My stickers
sticker-hidden = A sticker can’t be hidden, so I make none of a picture under a spoiler.
sticker-hidden-group = Pictures stay covered in this group, and a sticker can’t. Open the picture <a href="{ $link }">in our private chat</a> and press Sticker there.
sticker-picture-gone = Telegram no longer has this picture. Please draw it again.
sticker-later = Telegram does not take the sticker right now. Please press again in a few minutes.
sticker-refused = Telegram does not take this picture as a sticker. Please try another one.
sticker-no-set = Your sticker sets are full or deleted. Please press again for a new one.
sticker-no-chat = I can keep stickers only for users with a chat with me. Please open <a href="{ $link }">our private chat</a>, press Start, and then press Sticker again.
sticker-not-sent = Your sticker is ready, but I may not send stickers here. The button opens the set.

## Broadcasts

broadcast-how =
    Reply to any message with /broadcast, and all users get a copy of it: text, photo, buttons with links.
    Buttons of your own go below the command, one a line: <code>Our channel https://…</code>
    Please forward the message to me first: of your own photo with a caption I would draw a change.
broadcast-album = Albums can’t be copied as one message. Please send a single picture with its text, and reply to it with /broadcast.
broadcast-not-copied = Telegram can’t copy this message: { $reason }. Please send it to me in another form, and reply to it with /broadcast.
broadcast-preview = ☝️ This is how it arrives.
broadcast-buttons-left =
    { $buttons ->
        [one] { $buttons } button is left out: only buttons with a link or a text to copy work in a copy.
       *[other] { $buttons } buttons are left out: only buttons with a link or a text to copy work in a copy.
    }
broadcast-draft =
    📣 <b>Users who get it: { $users }</b>
    Send it now, or reply to this message with a time: <code>18:00</code>, <code>tomorrow 18:00</code>, <code>in 2 hours</code> or <code>2026-12-01 18:00</code> ({ $zone }).
broadcast-waits = 🕓 <b>Goes out <tg-time unix="{ $at }" format="Dt">{ $when }</tg-time></b>. Users who get it as of now: { $users }. Reply with another time to change it.
broadcast-next = 🕓 <b>Goes out next.</b> Users who get it as of now: { $users }.
broadcast-state-sending = 📣 <b>Going out</b>: { $sent } of { $total } sent.
broadcast-state-done = ✅ <b>Done.</b> Sent: { $sent } of { $total }.
broadcast-state-stopped = ✋ <b>Stopped.</b> Sent: { $sent } of { $total }.
broadcast-dropped = ✕ Not sent.
broadcast-state-gone = ⚠️ <b>Ended: the original message was deleted.</b> Sent: { $sent } of { $total }. To go on, send it again as a new one.
broadcast-state-refused = ⚠️ <b>Ended: Telegram refuses this message again and again</b>; the log says why. Sent: { $sent } of { $total }.
broadcast-count-unreachable = Can’t be written to: { $users }. They are left out from now on.
broadcast-count-refused = Refused by Telegram: { $users }.
broadcast-count-unknown = Perhaps arrived: { $users }. The connection or the bot broke off while it was sent; it isn’t sent twice.
broadcast-over = This one has been sent or stopped already.
broadcast-time-unknown = I don’t understand that time. Reply with one such as <code>18:00</code>, <code>tomorrow 18:00</code>, <code>in 2 hours</code> or <code>2026-12-01 18:00</code> ({ $zone }).
broadcast-time-past = That time has passed. Reply with a later one, or press the button to send it now.
broadcast-nobody = No user would get it. Please choose a language that has users.
button-broadcast-send = 📣 Send now
button-broadcast-drop = ✕ Don’t send
button-broadcast-stop = ✋ Stop
button-broadcast-refresh = 🔄 Refresh
button-news-off = 🔕 No more of these
button-news-on = 🔔 Get these again
news-off = 🔕 You get no more news from me; your pictures come as always. /subscribe brings the news back.
news-on = 🔔 You get news from me again. /unsubscribe ends it.
forget-keeps-news-off = Your choice to get no news stays, so that you get none.
