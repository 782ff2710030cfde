# What the bot says in English. One message per thing said; HTML is Telegram's, arguments arrive escaped.

## Greeting

start =
    Hi! I turn words into pictures.

    Try: <code>/imagine a lighthouse in a storm</code>

    /help shows what else I can do.
help =
    <b>Draw a picture</b>
    <code>/imagine a lighthouse in a storm</code>
    <code>/imagine a fox in the snow --ar 16:9</code>

    <b>Shapes</b> for <code>--ar</code>: { $ratios }. Without one I ask; /ratio makes me remember.

    /queue – what is being drawn and what waits
    /quota – how many pictures you have left today
hint = To draw this, put /imagine in front of it. /help has examples.
words-only = I draw from words. Send /imagine with a description; /help has examples.
unknown-command = I don’t know that command. /help shows what I can do.

## Asking for what is missing

ask-prompt = What shall I draw? Answer this message with a description.
ask-prompt-placeholder = A lighthouse in a storm
ask-ratio = Which shape for “{ $prompt }”?
button-ratio-1x1 = ◻️ 1:1
button-ratio-16x9 = 🖥 16:9
button-ratio-9x16 = 📱 9:16
button-ratio-4x3 = 📷 4:3
button-ratio-3x4 = 🖼 3:4

## What cannot be drawn as asked

prompt-too-long =
    That description has { $length ->
        [one] { $length } character
       *[other] { $length } characters
    }; I can take up to { $limit }. Please make it shorter.
ratio-unknown =
    I can’t draw { $ratio }. Pick one of these: { $ratios }. For example:
    <code>/imagine a fox in the snow --ar 16:9</code>
ratio-missing =
    Which shape? Put one of these after <code>--ar</code>: { $ratios }. For example:
    <code>/imagine a fox in the snow --ar 16:9</code>
ratio-twice = Please choose one shape: I found more than one <code>--ar</code>.
flag-unknown =
    I don’t know <code>{ $flag }</code>. The only option is <code>--ar</code> with one of { $ratios }. For example:
    <code>/imagine a fox in the snow --ar 16:9</code>
private-only = I draw in private chats for now. Write to me directly.

## Status

status-next = ⏳ You are next in line.
status-place = ⏳ You are number { $place } in line.
status-drawing = 🎨 Drawing. It usually takes about { $usual } s.
status-drawing-for = 🎨 Drawing for { $elapsed } s now.
status-drawing-minutes =
    🎨 Drawing for { $elapsed ->
        [one] { $elapsed } minute
       *[other] { $elapsed } minutes
    } now. It is taking longer than usual.
status-sending = 🎨 The picture is ready and on its way to you.
button-cancel = Cancel

## Ends without a picture

cancelled = Cancelled. { $left }
failed-timeout = I’m sorry, the picture was not ready in time. Please try again. { $left }
failed-unavailable = The picture service cannot be reached right now. Please try again in a few minutes. { $left }
failed-unknown-create = The connection broke while I was ordering your picture, so I cannot tell whether it was started. Please try again. { $left }
failed-moderated = The picture service declined this description as unsafe. Please put it differently. { $left }
failed-bad-input = The picture service did not accept this description. Please put it differently. { $left }
failed-task-failed = The picture service could not draw this. Please try again, or put it differently. { $left }
failed-service-paused = Drawing is paused: the service behind me needs its owner’s attention. Please try again later. { $left }
failed-picture-lost = The picture was drawn, but I could not fetch it. Please try again. { $left }
failed-not-sendable = The picture was drawn, but Telegram would not take it. Please try another shape. { $left }
left =
    { $left ->
        [0] This one did not count, but today’s pictures are used up.
        [one] This one did not count: you have { $left } picture left today.
       *[other] This one did not count: you have { $left } pictures left today.
    }
left-unlimited = This one did not count.

## Limits

quota-used =
    You have used { $daily ->
        [one] your { $daily } picture
       *[other] all { $daily } pictures
    } for today. New ones come in { $in }.
quota-none = Drawing is open to the bot’s owners only.
line-full =
    You already have { $pending ->
        [one] { $pending } picture
       *[other] { $pending } pictures
    } on the way. Wait for one to finish, or cancel one in /queue.
quota =
    Today: { $used } of { $daily } used, <b>{ $left }</b> left.
    The count starts anew in { $in } (midnight UTC).
quota-unlimited =
    Today: { $used ->
        [one] { $used } picture
       *[other] { $used } pictures
    }. You have no limit.
in-hours =
    { $hours ->
        [one] { $hours } hour
       *[other] { $hours } hours
    }
in-minutes =
    { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    }

## /queue

queue-empty = Nothing waits and nothing is being drawn. Send /imagine to start.
queue-title = <b>Your pictures on the way</b>
queue-running = { $number }. 🎨 { $prompt }
queue-waiting = { $number }. ⏳ { $prompt } (number { $place } in line)
button-cancel-number = Cancel { $number }

## /ratio

ratio-choose = Which shape shall I use when you don’t give one? Now: { $current }.
ratio-current-ask = I ask each time
ratio-saved = From now on I draw in { $ratio }. /ratio changes it.
ratio-reset = From now on I ask for the shape each time.
button-ratio-ask = Ask me each time

## Toasts

toast-accepted = On it!
toast-cancelled = Cancelled
toast-too-late = Too late to cancel: the picture is ready.
toast-finished = This one is already finished.
toast-not-yours = This button belongs to someone else.
toast-old = This button is too old. Please send /imagine again.
toast-refused = That did not work; see my message.

## Trouble

trouble = I could not handle that: a fault on my side, and it is written down for my owner. Please try again in a minute.
