# Los textos del bot en español. El HTML es el de Telegram; los valores ya llegan escapados.

## Saludo

description = Dibujo lo que describes y edito tus fotos. Escribe, por ejemplo: un faro en la tormenta.
short-description = Dibujo lo que describes y edito tus fotos.
start =
    ¡Hola! Describe algo y lo dibujo. Envía una foto y di qué cambiar, y la edito.

    Toca un ejemplo para verlo o escribe el tuyo: <i>un gato que lee el periódico</i>. Con /help verás qué más sé hacer.
help =
    <b>Dibujar una imagen</b>: escribe lo que quieres ver o toca un ejemplo.
    Con el formato de una vez: <code>/imagine un zorro en la nieve --ar 16:9</code>; cuatro para elegir: <code>--n 4</code>

    <b>Formatos</b> para <code>--ar</code>: { $ratios }. Si no lo indicas, te pregunto; /ratio guarda uno para siempre.

    <b>Estilos</b>: añade <code>estilo:tinta</code> a tus palabras; /style los muestra todos.

    <b>Editar una imagen</b>: envíame una foto y di qué cambiar, o dilo en respuesta a una de mis imágenes.

    /history: tus imágenes; <code>/history zorro</code> encuentra los zorros
    /favorites: las que marcaste con ☆
    /queue: lo que se está dibujando y lo que espera
    /quota: cuántas imágenes te quedan hoy
    /prompt: en respuesta a una imagen mía, su descripción para copiarla
    /language: que te hable en otro idioma
    /export: una copia de todo lo que guardo sobre ti
    /forget: eliminar lo que guardo sobre ti
help-shop =
    /buy: más imágenes, con Estrellas de Telegram
    /balance: las que tienes
    /gift: imágenes para otra persona
help-group =
    <code>/imagine un faro en la tormenta</code> dibuja una imagen; <code>--ar 16:9</code> elige su formato: { $ratios }.
    Responde a una foto o a una de mis imágenes con <code>/imagine que sea de noche</code> y la edito.

    /history, /favorites: tus imágenes de este grupo
    /queue, /quota: lo que está en camino y lo que queda hoy
    /report: en respuesta a una imagen mía que no debería estar aquí
help-group-all = Aquí puede dibujar cualquiera.
help-group-shared = <code>/history todas</code> muestra las imágenes de todos.
button-example = 🎨 { $prompt }
example-first = un faro en la tormenta
example-second = un zorro dormido en la nieve
unknown-command = No conozco ese comando. Con /help verás qué sé hacer.
unknown-command-words = No conozco ese comando.
misspelt-imagine = ¿Quisiste decir /imagine?
misspelt-command = ¿Quisiste decir /{ $command }? Edita tu mensaje y sigo desde ahí.
forwarded-command = Eso lo escribió otra persona, así que no hago nada. Si quieres que lo dibuje, envíame tú la descripción.
declined = De acuerdo, dejo todo como está.
agreed = Toca uno de los botones debajo de mi pregunta, por favor.
agreed-describe = Descríbelo en pocas palabras, por favor.
agreed-nothing = Si debajo de mi pregunta hay un botón, tócalo, por favor. Si no, dime qué dibujar o envía una foto para editarla.
praised = ¡Gracias! Para editar una imagen, responde a ella y di qué cambiar.

## Preguntas por lo que falta

ask-prompt = ¿Qué dibujo?
ask-prompt-placeholder = Un faro en la tormenta
ask-change = ¿Qué cambio? Por ejemplo: que sea de noche.
ask-change-named = <a href="tg://user?id={ $id }">{ $name }</a>, ¿qué cambio? Responde aquí, por ejemplo: que sea de noche.
ask-change-placeholder = Que sea de noche
ask-change-suggested = ¿Qué cambio? Toca una sugerencia o escríbelo con tus palabras.
suggestion-night = Que sea de noche
suggestion-snow = Añade nieve
suggestion-watercolor = Conviértela en acuarela
album-first = Edito las fotos de una en una, así que tomé la primera. Envíame las demás por separado.
ask-ratio = ¿En qué formato dibujo “{ $prompt }”?
ask-draw = ¿Dibujo “{ $prompt }”?
ask-either = ¿Dibujo “{ $prompt }” o edito la imagen? Una imagen editada conserva su formato.
ask-edit = ¿Edito la imagen: “{ $prompt }”?
misspelt-edit = ¿Quisiste decir /{ $command }? Mientras no vuelvas a editar tu mensaje, la imagen queda como la pediste.
edit-not-followed = La imagen queda como la pediste. Para cambiarla, vuelve a editar tu mensaje.
button-draw = 🎨 Dibujar
button-draw-without = Dibujar sin eso
button-draw-in = 🎨 Dibujar, { $ratio }
button-change = 🎨 Editar
button-always = 📌 Siempre { $ratio }
button-change-picture = ✏️ Editar la imagen
button-change-instead = ✏️ Mejor editar la imagen
button-ratio-1x1 = ◻️ 1:1
button-ratio-16x9 = 🖥 16:9
button-ratio-9x16 = 📱 9:16
button-ratio-4x3 = 📷 4:3
button-ratio-3x4 = 🖼 3:4

flags-lacking = Mi modelo no tiene { $features } (<code>{ $flags }</code>), pero puedo dibujar sin eso.
flags-lacking-alone = Mi modelo no tiene { $features } (<code>{ $flags }</code>).
lacks-version = versiones para elegir
lacks-strength = intensidad de estilo
lacks-exclude = lista de exclusiones
lacks-seed = semillas
lacks-quality = niveles de calidad
lacks-style = estilos con ese nombre
lacks-variety = caos
lacks-tile = mosaicos
lacks-reference = imágenes de referencia
lacks-repeat = repeticiones
lacks-speed = velocidades para elegir
lacks-profile = perfiles
lacks-video = videos
lacks-visibility = modo oculto

## Lo que no se puede dibujar tal como se pide

prompt-too-long =
    Esa descripción tiene { $length ->
        [one] { $length } carácter
        [many] { $length } de caracteres
       *[other] { $length } caracteres
    }; puedo aceptar hasta { $limit }. Acórtala, por favor.
prompt-too-long-style = Eso incluye las palabras del estilo; <code>estilo:ninguno</code> las quita.
ratio-unknown = No tengo el formato { $ratio }.
ratio-twice = Indicaste más de un formato.
count-refused = Dibujo hasta { $most } imágenes a la vez: <code>--n 2</code>, <code>--n 3</code> o <code>--n 4</code>.
flag-unknown = No conozco <code>{ $flag }</code>; conozco <code>--ar</code> para el formato y <code>--n</code> para la cantidad.

source-too-large = Ese archivo pesa más de { $limit } MB, más de lo que puedo obtener de Telegram. Envíalo como foto o envía un archivo más pequeño.
unusable = Trabajo con palabras e imágenes: describe qué dibujar, o envía una foto, un archivo de imagen o un sticker para editarlo.
source-moves = Eso no lo puedo editar: se mueve, y solo edito imágenes fijas. Envíame una imagen del momento que quieres, por ejemplo una captura de pantalla.
source-not-a-picture = Eso no lo puedo editar: no es una imagen. Envíame una foto, un archivo de imagen (JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP, TIFF) o un sticker.
source-too-many-pixels =
    La imagen que quieres editar tiene { $megapixels ->
        [one] { $megapixels } megapíxel
        [many] { $megapixels } de megapíxeles
       *[other] { $megapixels } megapíxeles
    }, y puedo aceptar hasta { $limit }. Envíala como foto y no como archivo, para que Telegram la reduzca. { $left }
edit-keeps-shape = Una imagen editada conserva su formato, así que dejo de lado el que indicaste.
draws-words = Dibujo tus palabras como una imagen nueva en { $ratio }.
edit-has-no-shape = Una imagen editada conserva su formato. Solo una imagen dibujada a partir de palabras puede tener otro.
prompt-of-what = Responde con /prompt a una de mis imágenes y te envío su descripción para copiarla.
prompt-of-source = No tengo una descripción de esta imagen. Se editó con estas palabras: <pre>{ $prompt }</pre>
prompt-back = <pre>{ $prompt }</pre>

## Estado

status-next = ⏳ Tu imagen es la siguiente.
status-place = ⏳ Tu imagen es la número { $place } en la cola.
status-drawing =
    🎨 Dibujando; estará lista en cerca de { $left }.
    { $bar }
status-drawing-for =
    🎨 Dibujando desde hace { $elapsed }; estará lista en cerca de { $left }.
    { $bar }
status-late =
    🎨 Dibujando desde hace { $elapsed }: más de lo habitual, pero sigo trabajando en ella.
    { $bar }
span-hours = { $hours } h { $minutes } min
span-minutes = { $minutes } min
span-seconds = { $seconds } s
status-sending = 🎨 La imagen está lista y va en camino.
status-paused = ⏸ El servicio de imágenes no responde. Tu lugar queda guardado y sigo en cuanto vuelva: no hace falta enviar esto otra vez.
batch-status-next = ⏳ Tus { $size } imágenes son las siguientes.
batch-status-place = ⏳ Tus { $size } imágenes son el número { $place } en la cola.
batch-status-drawing = 🎨 Dibujando { $size } imágenes.
batch-status-late = 🎨 Dibujando { $size } imágenes desde hace { $elapsed }: más de lo habitual, pero sigo trabajando en ellas.
batch-status-ready = 🎨 Listas: { $ready } de { $size }; dibujo las demás.
batch-status-sending = 🎨 Las imágenes están listas y van en camino.
button-cancel-all = Cancelar todas
button-cancel = Cancelar
still-wanted = Perdón por la espera: por un rato no pude dibujar. ¿Todavía quieres “{ $prompt }”?
still-wanted-batch =
    Perdón por la espera: por un rato no pude dibujar. ¿Todavía quieres “{ $prompt }” ({ $count ->
        [one] { $count } imagen
        [many] { $count } de imágenes
       *[other] { $count } imágenes
    })?
button-no-thanks = No, gracias
approval-prompt = “{ $prompt }”.
approval-count =
    { $count ->
        [one] { $count } imagen.
        [many] { $count } de imágenes.
       *[other] { $count } imágenes.
    }
approval-draw = ¿Dibujo esto? Lo decide un administrador del grupo.
approval-change = ¿Cambio así la imagen? Lo decide un administrador del grupo.
approval-member = Un miembro
button-decline = Rechazar
button-try-again = 🔁 Intentar otra vez

## Finales sin imagen

cancelled = Pedido cancelado. { $left }
not-approved-declined = Lo siento, los administradores prefieren que no se dibuje “{ $prompt }” en este grupo. { $left }
not-approved-unanswered = Ningún administrador respondió en un día, así que no dibujo “{ $prompt }”. { $left }
failed-timeout = Lo siento, la imagen no estuvo lista a tiempo. { $left }
failed-unavailable = Ahora no se puede acceder al servicio de imágenes; en unos minutos quizá sí. { $left }
failed-unknown-create = La conexión se cortó mientras pedía tu imagen y no sé si el pedido llegó. { $left }
failed-moderated = El servicio de imágenes no dibuja esta descripción. Prueba con otras palabras. { $left }
failed-moderated-pause = El servicio de imágenes no dibuja esta descripción. { $left }
failed-bad-input = El servicio de imágenes no aceptó esta descripción. Prueba con otras palabras. { $left }
failed-task-failed = El servicio de imágenes no pudo dibujar esto. Quizá funcione al segundo intento o con otras palabras. { $left }
failed-service-paused = El dibujo está en pausa: mi dueño tiene algo que resolver con el servicio de imágenes. Inténtalo más tarde, por favor. { $left }
failed-picture-lost = La imagen se dibujó, pero no pude obtenerla. { $left }
failed-not-sendable = La imagen se dibujó, pero Telegram no la aceptó. { $left }
failed-not-sent = La imagen se dibujó, pero durante un día entero no logré entregarla a Telegram. { $left }
failed-not-allowed = La imagen se dibujó, pero no puedo enviar imágenes en este grupo. Un administrador puede permitirlo, o puedes pedírmela en privado. { $left }
failed-not-started = La imagen se dibujó, pero no tenía adónde enviarla. Abre nuestro chat, toca “Iniciar” e inténtalo otra vez. { $left }
failed-source-unavailable = No pude obtener a tiempo de Telegram la imagen que quieres editar; en unos minutos quizá sí. { $left }
failed-source-gone = Telegram ya no tiene la imagen que quieres editar. Envíala otra vez, por favor. { $left }
failed-source-unknown-format = No pude leer la imagen que quieres editar: el archivo no es de un tipo que conozco (JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP, TIFF). { $left }
failed-source-broken = No pude leer la imagen que quieres editar: el archivo está dañado o incompleto. Envíala otra vez, o envía una captura de pantalla. { $left }
failed-source-moves = Esa imagen no la puedo editar: se mueve, y solo edito imágenes fijas. Envíame una imagen del momento que quieres, por ejemplo una captura de pantalla. { $left }
failed-source-unusable = No pude leer la imagen que quieres editar. Envíala otra vez como foto, por favor. { $left }
failed-source-refused = El servicio de imágenes no aceptó la imagen que quieres editar. Prueba con otra, o describe una imagen con /imagine. { $left }
failed-edits-not-set-up = Aquí todavía no puedo editar fotos: mi dueño tiene que configurarlo primero. Las descripciones las dibujo como siempre, con /imagine. { $left }
batch-none = No llegó ninguna de las imágenes.
batch-partial = Recibiste { $came } de { $size }; las demás:
left =
    { $left ->
        [0] No contó, pero las imágenes de hoy se acabaron.
        [one] No contó: te queda { $left } imagen hoy.
        [many] No contó: te quedan { $left } de imágenes hoy.
       *[other] No contó: te quedan { $left } imágenes hoy.
    }
left-unlimited = No contó.
left-paid = No contó: tu imagen pagada está de vuelta.

## Límites

notice-too-fast = Es mucho a la vez. Dame un minuto: hasta entonces no respondo.
notice-not-kept = Ahora no puedo guardar nada, así que no tomé esto ni conté nada. Envíalo otra vez en unos minutos, por favor. Lo que tomé antes está a salvo.
notice-waits = Ahora no puedo guardar nada, así que esto espera. No hace falta enviarlo otra vez: continúo por mi cuenta.
notice-unreadable = { internal-error }
notice-checkout = Ahora no puedo recibir tu pago, así que no se cobró nada. Inténtalo otra vez en unos minutos, por favor.
word-banned = Eso no lo dibujo aquí. Prueba con otras palabras.
word-not-here = Los administradores de este grupo no quieren eso aquí. Prueba con otras palabras.
unsafe-pause = El servicio de imágenes rechazó varias de tus descripciones, así que no dibujo para ti por un rato: una hora como máximo. La pausa termina sola.
paused = ⏸ Estoy en una pausa y ahora no empiezo imágenes nuevas. Las que están en camino llegarán. Pídela otra vez más tarde.
paused-because = ⏸ { $text }
unsafe-warning = Con otro rechazo como este, dejo de dibujar para ti por una hora como máximo.
quota-used =
    Ya usaste { $daily ->
        [one] tu { $daily } imagen
        [many] todas tus { $daily } de imágenes
       *[other] tus { $daily } imágenes
    } de hoy. Habrá nuevas a las <tg-time unix="{ $at }" format="t">00:00 UTC</tg-time>, dentro de { $wait }.
quota-none = Solo los dueños del bot pueden dibujar.
quota-paid-only = Aquí las imágenes son de pago. Compra algunas y pídelas otra vez.
queue-full =
    Ya tienes { $pending ->
        [one] { $pending } imagen
        [many] { $pending } de imágenes
       *[other] { $pending } imágenes
    } en camino. Espera a que termine una o cancela otra en /queue.
too-many-quota-used =
    Hoy te { $left ->
        [one] queda { $left } imagen; pide una, sin <code>--n</code>.
        [many] quedan { $left } de imágenes; pídelas con <code>--n { $left }</code>.
       *[other] quedan { $left } imágenes; pídelas con <code>--n { $left }</code>.
    }
too-many-group-quota-used =
    A este grupo hoy le { $left ->
        [one] queda { $left } imagen; pide una, sin <code>--n</code>.
        [many] quedan { $left } de imágenes; pídelas con <code>--n { $left }</code>.
       *[other] quedan { $left } imágenes; pídelas con <code>--n { $left }</code>.
    }
too-many-member-share-used =
    De tu parte del día de este grupo { $left ->
        [one] queda { $left } imagen; pide una, sin <code>--n</code>.
        [many] quedan { $left } de imágenes; pídelas con <code>--n { $left }</code>.
       *[other] quedan { $left } imágenes; pídelas con <code>--n { $left }</code>.
    } Habrá nuevas a las <tg-time unix="{ $at }" format="t">00:00 UTC</tg-time>, dentro de { $wait }. También puedes dibujar en un chat privado conmigo.
too-many-queue-full =
    Puedes tener { $pending } imágenes en camino a la vez, así que ahora { $left ->
        [one] cabe { $left } más: pide una, sin <code>--n</code>, o espera.
        [many] caben { $left } de imágenes más: pídelas con <code>--n { $left }</code>, o espera.
       *[other] caben { $left } más: pídelas con <code>--n { $left }</code>, o espera.
    }
too-many-pressed-quota-used =
    Hoy te { $left ->
        [one] queda { $left } imagen y no alcanza para este botón. Para dibujar una, envía la descripción.
        [many] quedan { $left } de imágenes y no alcanzan para este botón. Para dibujarlas, envía la descripción con <code>--n { $left }</code>.
       *[other] quedan { $left } imágenes y no alcanzan para este botón. Para dibujarlas, envía la descripción con <code>--n { $left }</code>.
    }
too-many-pressed-group-quota-used =
    A este grupo hoy le { $left ->
        [one] queda { $left } imagen y no alcanza para este botón. Para dibujar una, envía la descripción.
        [many] quedan { $left } de imágenes y no alcanzan para este botón. Para dibujarlas, envía la descripción con <code>--n { $left }</code>.
       *[other] quedan { $left } imágenes y no alcanzan para este botón. Para dibujarlas, envía la descripción con <code>--n { $left }</code>.
    }
too-many-pressed-member-share-used =
    De tu parte del día de este grupo { $left ->
        [one] queda { $left } imagen, muy pocas para este botón. Para dibujarla, envía la descripción o escríbeme en privado.
        [many] quedan { $left } de imágenes, muy pocas para este botón. Para dibujarlas, envía la descripción con <code>--n { $left }</code> o escríbeme en privado.
       *[other] quedan { $left } imágenes, muy pocas para este botón. Para dibujarlas, envía la descripción con <code>--n { $left }</code> o escríbeme en privado.
    }
too-many-pressed-queue-full =
    Puedes tener { $pending } imágenes en camino a la vez, así que ahora { $left ->
        [one] cabe { $left } más y no alcanza para este botón. Espera un poco o envía la descripción.
        [many] caben { $left } de imágenes más y no alcanzan para este botón. Espera un poco o envía la descripción con <code>--n { $left }</code>.
       *[other] caben { $left } más y no alcanzan para este botón. Espera un poco o envía la descripción con <code>--n { $left }</code>.
    }
quota =
    Usadas hoy: { $used } de { $daily }. Restantes: <b>{ $left }</b>.
    Habrá nuevas a las <tg-time unix="{ $at }" format="t">00:00 UTC</tg-time>, dentro de { $wait }.
quota-unlimited =
    Hoy: { $used ->
        [one] { $used } imagen
        [many] { $used } de imágenes
       *[other] { $used } imágenes
    }. No tienes límite.
quota-paid = Imágenes pagadas: <b>{ $balance }</b>. Vienen después de las gratuitas.
quota-extra = Imágenes adicionales: <b>{ $balance }</b>. Vienen después de las del día.

quota-group =
    Usadas hoy en este grupo: { $used } de { $daily }. Restantes: <b>{ $left }</b>.
quota-share =
    Usadas de tu parte: { $used } de { $daily }. Restantes: <b>{ $left }</b>.

## Grupos

group-edit-hint = <i>Para editarla, responde con /imagine y qué cambiar, o toca “Editar”.</i>
hello-group =
    ¡Hola! Dibujo imágenes: <code>/imagine un faro en la tormenta</code>. Responde a una foto o a una imagen mía con <code>/imagine que sea de noche</code> y la edito.

    Los administradores deciden en /settings quién puede dibujar y cuánto.
group-nobody = En este grupo el dibujo está desactivado. Los administradores pueden cambiarlo en /settings.
group-admins-only = En este grupo solo pueden dibujar los administradores. Ellos pueden cambiarlo en /settings.
group-quota-used =
    Este grupo ya usó { $daily ->
        [one] su { $daily } imagen
        [many] todas sus { $daily } de imágenes
       *[other] sus { $daily } imágenes
    } de hoy. Habrá nuevas a las <tg-time unix="{ $at }" format="t">00:00 UTC</tg-time>, dentro de { $wait }. También puedes dibujar en un chat privado conmigo.
member-share-used =
    Se acabó tu parte del día de este grupo: { $daily ->
        [one] { $daily } imagen
        [many] { $daily } de imágenes
       *[other] { $daily } imágenes
    }. Habrá nuevas a las <tg-time unix="{ $at }" format="t">00:00 UTC</tg-time>, dentro de { $wait }. También puedes dibujar en un chat privado conmigo.
settings-group =
    <b>El dibujo en este grupo</b>
    De arriba abajo: quién puede dibujar, imágenes al día entre todos, el formato si no se indica ninguno, mi idioma.
settings-group-more =
    <b>Más ajustes de este grupo</b>
    Parte: cuántas imágenes al día puede tener cada miembro.
    Historial común: <code>/history todas</code> muestra las imágenes de todos.
    Imágenes ocultas: se ven al tocarlas.
    Aprobación: una imagen se dibuja solo si un administrador está de acuerdo.

    ✓ marca lo que está activado. /words bloquea palabras aquí.
settings-private = Tus propios ajustes: /ratio para el formato, /language para el idioma, /unsubscribe si no quieres novedades. /settings es para los grupos.
private-only = Pídemelo en <a href="{ $link }">nuestro chat privado</a>.
button-who-all = Todos
button-who-admins = Solo admins
button-who-nobody = Nadie
button-daily = { $daily } al día
button-daily-each = { $daily } c/u
button-daily-any = Sin partes: por orden
button-language-each = A cada quien en su idioma
button-shared-history = Historial común
button-spoiler = Ocultas
button-approval = Aprobación
words-none = En este grupo no hay palabras bloqueadas. <code>/words agregar ejemplo</code> bloquea una.
words-list =
    <b>Bloqueadas en este grupo</b>: { $words }

    <code>/words agregar ejemplo</code> bloquea una palabra o frase, <code>/words quitar ejemplo</code> la permite de nuevo.
words-how = Envía <code>/words agregar ejemplo</code> o <code>/words quitar ejemplo</code>, con una palabra o frase de hasta { $length } caracteres.
words-full = Este grupo tiene { $limit } palabras bloqueadas, y no puedo guardar más. Quita antes una: /words las muestra.
words-added = Bloqueado en este grupo: { $word }
words-known = Ya estaba bloqueado: { $word }
words-removed = Ya no está bloqueado en este grupo: { $word }
words-unknown = No estaba bloqueado en este grupo: { $word }
words-private = /words es para grupos: allí los administradores bloquean palabras.

## Botones debajo de una imagen

offer-again = 🔁 Otra vez
offer-shapes = 📐 Formato
offer-edit = ✏️ Editar
offer-original = 📎 Original
offer-undo = ↩️ Antes
offer-redo = ↪️ Después
offer-copy = 📋 Copiar descripción
offer-four = ×4 Cuatro más
offer-share = ↗️ Compartir
offer-more = ⋯ Más
offer-favourite = ☆ Favorita
offer-not-favourite = ★ Favorita
offer-delete = 🗑 Eliminar
button-delete-sure = 🗑 Sí, eliminarla
button-delete-keep = « Conservarla
offer-styles = 🎭 Estilo
offer-vary = 🎲 Variar
offer-sticker = 🩹 Sticker
offer-group-photo = 🖼 Foto del grupo
button-back = « Atrás
delete-sure = ¿Eliminar esta imagen?
delete-sure-edits = ¿Eliminar esta imagen? Las imágenes hechas a partir de ella se conservan, y “Antes” debajo de ellas la sigue mostrando.
deleted = Imagen eliminada.
deleted-message-stays = Ya no guardo esta imagen, pero Telegram ya no me deja quitar el mensaje. Puedes eliminarlo tú.
deleted-message-stays-group = Ya no guardo esta imagen, pero Telegram ya no me deja quitar el mensaje. Un administrador de este grupo puede eliminarlo.
undone = Como estaba.
undo-impossible = Aquí no puedo mostrar esa imagen; sigue donde la enviaste.
hidden-file = 🙈 En un archivo comprimido, para que la imagen siga oculta hasta que lo abras.
original-expired = Los originales se guardan cerca de un día, y este ya no está. La imagen misma todavía se puede guardar desde el chat.
original-later = No puedo obtener el original en este momento: el servicio de imágenes no responde. Toca otra vez en unos minutos, por favor.
cut-from-grid = <i>Recortada de la cuadrícula: el tamaño completo se guarda cerca de un día.</i>
cut-for-now = <i>Recortada de la cuadrícula, porque el servicio de imágenes no responde en este momento. Toca su número otra vez más tarde para el tamaño completo.</i>
single-lost = Esta imagen ya no está, ni aquí ni en el servicio de imágenes. Toca ×4 para dibujar otras.
picture-lost = Esta imagen ya no está, ni aquí ni en el servicio de imágenes. Para dibujarla de nuevo, envía su descripción: <code>{ $prompt }</code>
which-one = ¿Cuál? Pon primero su número, del 1 al { $most }, por ejemplo: <code>2 { $example }</code>
which-one-example = que sea de noche
group-photo-right = No puedo cambiar la foto de este grupo. Hazme administrador con el permiso “Cambiar la información del grupo” y toca otra vez.
group-photo-not-yours = La foto de este grupo solo la puede cambiar un administrador con el permiso “Cambiar la información del grupo”.
group-photo-later = Telegram no acepta la foto del grupo en este momento. Toca otra vez en unos minutos, por favor.
group-photo-refused = Telegram no acepta esta imagen como foto del grupo. Prueba con otra, por favor.
group-photo-hidden = La foto de un grupo no se puede ocultar, así que no uso una imagen oculta.

## /history

history-empty = Aquí todavía no hay imágenes. Envía /imagine para dibujar la primera.
search-empty = Ninguna de tus imágenes de aquí tiene “{ $words }” en su descripción. /history las muestra todas.
search-empty-all = Ninguna imagen de este grupo tiene “{ $words }” en su descripción. <code>/history todas</code> las muestra todas.
history-not-shared = Este grupo no tiene un historial común. Los administradores pueden activarlo en /settings.
favourites-empty = Aquí todavía no hay favoritas. Toca ☆ debajo de una imagen tuya y aparecerá aquí.
page-of-search = 🔎 { $words }
page-of-favourites = ★ Favoritas
page-of-all = 👥 Las imágenes de todos
page-by = 👤 { $name }
history-page =
    { $prompt }

    <tg-time unix="{ $at }" format="D">{ $when }</tg-time> · { $number } de { $total }
history-page-recent =
    { $prompt }

    <tg-time unix="{ $at }" format="r">{ $when }</tg-time> · { $number } de { $total }
history-today = hoy, { $time } UTC
history-yesterday = ayer, { $time } UTC
history-date = { DATETIME($date, dateStyle: "long") }

## En cualquier chat y como invitado

inline-prompt = <i>{ $prompt }</i>
inline-draw = 🎨 Dibujar, { $ratio }
inline-ready = Toca “Dibujar” y la imagen aparece aquí.
inline-dropped = De acuerdo, no la dibujo.
inline-describe = Describe qué dibujar
inline-unclear = Quita las opciones y puedo dibujarlo
inline-too-long = Aquí es demasiado largo: pídemelo en nuestro chat
inline-not-yours = No tengo ninguna imagen tuya así
inline-picture-gone = Telegram ya no tiene esta imagen
inline-start-first = Para dibujar aquí necesito primero un chat contigo: ábrelo, toca “Iniciar” y luego “Dibujar”.
inline-elsewhere = La imagen está lista, pero este chat no me deja mostrarla. La encontrarás en nuestro chat.
inline-elsewhere-stored = La imagen está lista, pero este chat no me deja mostrarla. Para verla, toca “{ button-open-in-chat }”.
inline-elsewhere-linked = La imagen está lista, pero este chat no me deja mostrarla. <a href="{ $link }">Aquí está</a>, durante una hora.
button-draw-it = 🎨 Dibujar
button-change-it = 🎨 Editar
button-open-chat = Abrir nuestro chat
button-draw-own = 🎨 Dibujar algo tuyo
button-open-in-chat = Abrir en el chat
guest-title = Imagen
guest-accepted = Ya empecé. La imagen aparece aquí o, si este chat no me deja cambiar mi respuesta, en <a href="{ $link }">nuestro chat</a>.
guest-in-private = Me mencionaste en otro chat, pero no pude terminar mi respuesta allí. Te envío la imagen aquí.
guest-describe = Después de mi nombre, describe qué dibujar, por ejemplo “un faro en la tormenta”, o responde a una imagen y di qué cambiar.
guest-anonymous = Aquí solo dibujo para personas: escríbeme con tu propio nombre.

## /language y /forget

choose-language = ¿En qué idioma te hablo? Ahora: { $current }.
language-en = English
language-ru = Русский
language-es = Español
language-pt = Português
language-current-auto = el mismo que en Telegram
button-language-auto = Como en Telegram
language-saved = Te hablaré en español.
forget-sure =
    ¿Eliminar todo lo que guardo sobre ti?
    Se van: el historial, las descripciones, los ajustes, tus estilos, tus paquetes de stickers y lo que está en camino.
    Se quedan: los mensajes de este chat, el conteo de hoy y, durante una hora, el momento de cada descripción rechazada.
    Para tener antes una copia, envía /export.
forget-keep-days =
    { $days ->
        [one] Las descripciones y las imágenes se eliminan solas después de un día, salvo las favoritas ★.
        [many] Las descripciones y las imágenes se eliminan solas después de { $days } de días, salvo las favoritas ★.
       *[other] Las descripciones y las imágenes se eliminan solas después de { $days } días, salvo las favoritas ★.
    }
forget-keeps-payments = También se quedan tus pagos y lo comprado con ellos: los reembolsos los necesitan.
button-forget = Eliminar todo
button-keep = Conservarlo
forgotten = Listo. Solo quedan el conteo de hoy y, durante una hora, el momento de cada descripción rechazada.
forget-kept = No se eliminó nada.

## /export

export-begun = Reúno todo lo que guardo sobre ti: imágenes, descripciones, ajustes. Llega aquí en un archivo, o en varios si es mucho.
export-too-soon = Recibiste una copia hace menos de una hora. La siguiente se puede pedir dentro de { $wait }.
export-empty = No guardo imágenes ni descripciones tuyas.
export-file =
    { $pictures ->
        [0] 📦 No hay imágenes, pero sí todas las descripciones y fechas: están en { $file }.
        [one] 📦 { $pictures } imagen; las descripciones y fechas están en { $file }.
        [many] 📦 { $pictures } de imágenes; las descripciones y fechas están en { $file }.
       *[other] 📦 { $pictures } imágenes; las descripciones y fechas están en { $file }.
    }
export-missing =
    { $pictures ->
        [one] { $pictures } imagen no se pudo obtener de Telegram; { $file } dice por qué.
        [many] { $pictures } de imágenes no se pudieron obtener de Telegram; { $file } dice por qué.
       *[other] { $pictures } imágenes no se pudieron obtener de Telegram; { $file } dice por qué.
    }
export-next = Sigue el archivo { $number }.
export-failed = Lo siento, no logré entregarte la copia de tus datos. Envía /export otra vez más tarde, por favor.

## Enlaces a una imagen

request-not-yours = No puedo mostrar la imagen de este enlace: es de otra persona o se eliminó. Describe una y la dibujo.
request-named = “{ $prompt }”
request-lost = No tengo copia de esta imagen. Envía otra vez su descripción y la dibujo de nuevo.
request-approval = Un administrador del grupo decide si la dibujo.

## /report

report-how = Responde con /report a una imagen mía que no debería estar aquí, y mi dueño la verá. Si quieres, añade después del comando unas palabras con el motivo.
report-sent = Gracias. Mi dueño recibe esta imagen y decide qué hacer.
report-known = Gracias. Mi dueño ya tiene esta imagen.
report-hidden = Gracias. Mi dueño ya ocultó esta imagen.
report-gone = Ya no conozco esta imagen, así que no puedo reportarla. En un grupo, un administrador puede eliminarla.
report-nobody = Aquí no tengo a quién avisar. En un grupo, un administrador puede eliminar la imagen.
report-unread = Gracias. Ahora no logro avisar a mi dueño. En un grupo, un administrador puede eliminar la imagen en el acto.
report-too-many =
    Gracias por estar pendiente. En un día reportaste { $limit ->
        [one] { $limit } imagen
        [many] { $limit } de imágenes
       *[other] { $limit } imágenes
    }, el máximo que transmito. Inténtalo mañana, por favor.
picture-hidden = Mi dueño ocultó esta imagen.

## Compra de imágenes

buy =
    ⭐ <b>Más imágenes</b>
    Primero se usan tus imágenes gratuitas del día. Las compradas vienen después y no caducan.
buy-monthly =
    Una suscripción trae { $units ->
        [one] { $units } imagen
        [many] { $units } de imágenes
       *[other] { $units } imágenes
    } al mes; lo que sobra termina con ella.
buy-how = Elige y llega aquí una factura. Se paga con Estrellas de Telegram; las condiciones están en /terms.
buy-in-private = Las imágenes solo se venden en nuestro chat privado.
button-buy = ⭐ Comprar imágenes
button-pack =
    { $units ->
        [one] { $units } imagen
        [many] { $units } de imágenes
       *[other] { $units } imágenes
    } · { $stars } ⭐ (a { $each })
button-pack-monthly = 🔁 { $units } al mes · { $stars } ⭐ (a { $each })
button-subscribe = 🔁 Suscribirme · { $stars } ⭐
subscribe =
    { $units ->
        [one] { $units } imagen
        [many] { $units } de imágenes
       *[other] { $units } imágenes
    } al mes por { $stars } ⭐. Telegram la renueva cada 30 días hasta que la canceles, en /balance o en los ajustes de Telegram. El botón abre la factura.
invoice-title =
    { $units ->
        [one] { $units } imagen
        [many] { $units } de imágenes
       *[other] { $units } imágenes
    }
invoice-title-monthly =
    { $units ->
        [one] { $units } imagen al mes
        [many] { $units } de imágenes al mes
       *[other] { $units } imágenes al mes
    }
invoice-title-gift =
    { $units ->
        [one] Regalo: { $units } imagen
        [many] Regalo: { $units } de imágenes
       *[other] Regalo: { $units } imágenes
    }
invoice-description = Vienen después de tus imágenes gratuitas del día y no caducan.
invoice-description-monthly = Se renueva cada 30 días hasta que canceles. Lo que sobra termina con la suscripción.
invoice-description-gift = Después del pago recibes un enlace para pasar. Las imágenes son de quien lo abra primero.
invoice-refused = Ahora Telegram no me acepta esta factura, y no se cobró nada. Inténtalo otra vez en unos minutos, por favor.
checkout-unknown-order = No conozco esta factura, así que no se cobró nada. /buy hace una nueva.
checkout-other-user = Esta factura es de otra persona, así que no se cobró nada. /buy hace una para ti.
checkout-paid = Esta factura ya está pagada, así que no se cobró nada más. /balance muestra tus imágenes.
checkout-subscribed = Ya tienes una suscripción, así que no se cobró nada más. /balance la muestra.
checkout-subscribing = Tu suscripción se está pagando ahora mismo, así que no se cobró nada más. Si no funciona, inténtalo en un minuto, por favor.
checkout-changed = El precio de esta factura no es correcto, así que no se cobró nada. /buy hace una nueva.
checkout-expired = Esta factura tiene más de un día, así que no se cobró nada. /buy hace una nueva.
checkout-banned = Mi dueño te ha bloqueado aquí, así que no se cobró nada.
checkout-service-paused = Ahora no puedo dibujar, así que tampoco cobro. No se cobró nada; inténtalo más tarde, por favor.
checkout-not-stored = Ahora no puedo guardar nada, así que tampoco cobro. No se cobró nada; inténtalo en unos minutos, por favor.
paid =
    ✅ ¡Gracias! { $units ->
        [one] { $units } imagen es tuya y no caduca.
        [many] { $units } de imágenes son tuyas y no caducan.
       *[other] { $units } imágenes son tuyas y no caducan.
    }
paid-monthly =
    ✅ ¡Gracias! { $units ->
        [one] { $units } imagen es tuya
        [many] { $units } de imágenes son tuyas
       *[other] { $units } imágenes son tuyas
    } hasta el <tg-time unix="{ $at }" format="D">{ $when }</tg-time>. Después Telegram renueva la suscripción; /balance la cancela.
paid-renewed =
    🔁 Tu suscripción se renovó: { $units ->
        [one] { $units } imagen es tuya
        [many] { $units } de imágenes son tuyas
       *[other] { $units } imágenes son tuyas
    } hasta el <tg-time unix="{ $at }" format="D">{ $when }</tg-time>. /balance la cancela.
paid-left = Imágenes pagadas ahora: <b>{ $balance }</b>.
extra-left = Imágenes adicionales ahora: <b>{ $balance }</b>. Vienen después de las del día.
paid-go-on = Si tuve que rechazar una imagen, pídela otra vez: envía la descripción o toca el botón de nuevo.
paid-gift =
    🎁 ¡Gracias! El regalo está listo: { $units ->
        [one] { $units } imagen
        [many] { $units } de imágenes
       *[other] { $units } imágenes
    } para quien abra primero este enlace. Funciona una sola vez.
    { $link }
paid-unknown = No sé para qué era tu pago de { $stars } ⭐, así que lo devuelvo. /buy muestra lo que hay.
paid-receipt = { $stars } ⭐, pago <code>{ $charge }</code>. ¿Algo va mal? /paysupport
button-pass-on = ↗️ Pasarlo

## Condiciones y saldo

terms =
    <b>Condiciones de las imágenes compradas</b>
    1. Se paga con Estrellas de Telegram. Una imagen pagada es un dibujo o un cambio de una foto.
    2. Primero se usan las imágenes gratuitas del día. Las compradas no caducan; las de una suscripción terminan dos días después del mes pagado.
    3. Una imagen que no llega no cuenta: vuelve sola a tu saldo.
    4. El servicio de imágenes rechaza algunas descripciones. Eso tampoco cuenta, y no es motivo de reembolso.
    5. ¿Algo va mal con un pago? /paysupport. Con el reembolso se retiran las imágenes de ese pago.
    6. Los pagos se guardan mientras un reembolso pueda necesitarlos, también después de /forget.
    7. Vende mi dueño. El soporte de Telegram no puede ayudar con estas compras.
terms-link = Las condiciones de las imágenes compradas: { $link }
terms-contact = Contacto: { $contact }
terms-ask = Antes de la primera compra: ¿estás de acuerdo? Entonces llega la factura.
terms-agreed = ✓ Aceptaste esto.
button-agree = ✓ De acuerdo
balance = <b>Tus imágenes</b>
balance-free = Gratuitas hoy: <b>{ $left }</b> de { $daily }. Habrá nuevas dentro de { $wait }.
balance-free-unlimited = Gratuitas: sin límite.
balance-paid = Pagadas: <b>{ $balance }</b>.
balance-below = Pagadas: <b>{ $balance }</b>. Ya se habían usado imágenes reembolsadas; por encima de cero, las pagadas siguen.
balance-monthly-active = 🔁 Suscripción: { $units } al mes por { $stars } ⭐, pagada hasta el <tg-time unix="{ $at }" format="D">{ $when }</tg-time>. Después se renueva.
balance-monthly-canceled = 🔁 Suscripción: { $units } al mes por { $stars } ⭐, pagada hasta el <tg-time unix="{ $at }" format="D">{ $when }</tg-time>. No se renueva.
balance-monthly-failed = 🔁 Suscripción: { $units } al mes por { $stars } ⭐, pagada hasta el <tg-time unix="{ $at }" format="D">{ $when }</tg-time>. Telegram no pudo cobrar el pago siguiente.
balance-movements = <b>Últimos cambios</b>
movement-bought = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, compra
movement-renewed = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, suscripción
movement-granted = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, de mi dueño
movement-received = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, regalo
movement-spent = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, dibujo
movement-given-back = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, sin dibujo
movement-taken-back = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, reembolso
movement-restored = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, sin reembolso
movement-expired = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, caducidad
button-subscription-cancel = ✕ Cancelar la suscripción
button-subscription-resume = 🔁 Renovarla de nuevo
subscription-cancelled = La suscripción ya no se renueva. Sus imágenes siguen siendo tuyas hasta el <tg-time unix="{ $at }" format="D">{ $when }</tg-time>, y dos días más. Para activarla de nuevo: /balance.
subscription-resumed = La suscripción sigue. El próximo pago es el <tg-time unix="{ $at }" format="D">{ $when }</tg-time>.
subscription-failed = Telegram no pudo cobrar { $stars } ⭐ por tu suscripción. Sus imágenes se quedan dos días. Revisa, por favor, tus Estrellas en Telegram, o suscríbete de nuevo: /buy.
subscription-yourself = Solo tú puedes activarla de nuevo: en los ajustes de Telegram, en “Mis Estrellas”.
subscription-over = No hay ninguna suscripción activa. /buy tiene una.
subscription-later = Ahora Telegram no acepta esto. Toca otra vez en unos minutos, por favor.

## Regalos y /paysupport

gift =
    🎁 <b>Regalar imágenes</b>
    Elige un paquete. Después del pago recibes un enlace; las imágenes son de quien lo abra primero.
gift-received =
    🎁 Te regalaron { $units ->
        [one] { $units } imagen.
        [many] { $units } de imágenes.
       *[other] { $units } imágenes.
    } Vienen después de las gratuitas del día. Describe algo y lo dibujo.
gift-opened =
    🎁 Abrieron tu regalo: { $units ->
        [one] { $units } imagen.
        [many] { $units } de imágenes.
       *[other] { $units } imágenes.
    }
gift-used = Este regalo ya se abrió, y cada uno funciona una sola vez. /buy tiene más imágenes.
gift-unknown = No conozco este regalo. Pide el enlace otra vez, por favor.
gift-withdrawn = Este regalo se reembolsó, así que ya no funciona.
gift-own = Es tu propio regalo, todavía sin abrir. Pasa el enlace.
gift-taken-back = Se reembolsó un regalo que abriste, así que se retiran sus imágenes.
granted =
    🎁 Mi dueño te da { $units ->
        [one] { $units } imagen.
        [many] { $units } de imágenes.
       *[other] { $units } imágenes.
    }
paysupport = ¿De qué pago se trata? Tócalo y di qué va mal: mi dueño decide sobre el reembolso.
paysupport-none = No hay ningún pago tuyo aquí. /buy muestra lo que hay.
paysupport-contact = También puedes escribirle a mi dueño: { $contact }
button-charge = { DATETIME($date, dateStyle: "medium") } · { $stars } ⭐
paysupport-reason = 🧾 ¿Qué va mal con { $stars } ⭐, pago <code>{ $charge }</code>? Responde a este mensaje.
paysupport-placeholder = Qué salió mal
paysupport-words = Dilo con palabras, por favor: responde a mi pregunta con un texto y le llegará a mi dueño.
paysupport-asked = Gracias. Mi dueño decide, y la decisión llega aquí.
paysupport-unread = Lo guardé, pero ahora no logro avisar a mi dueño.
paysupport-waits = Mi dueño ya tiene este pago; la decisión llega aquí.
paysupport-begun = Este reembolso está en camino.
paysupport-refunded = Este pago ya está reembolsado.
paysupport-declined = Mi dueño revisó tu pago de { $stars } ⭐ y no lo reembolsa.
paysupport-refused = Telegram no hizo el reembolso de { $stars } ⭐, así que las imágenes siguen siendo tuyas.
paysupport-kept = Telegram no hizo el reembolso de { $stars } ⭐. Mi dueño lo sabe.
refunded = ↩️ Se reembolsaron { $stars } ⭐ y se retiraron las imágenes de ese pago. Imágenes pagadas ahora: <b>{ $balance }</b>.
refunded-below = Algunas ya se habían usado, así que el número está por debajo de cero. Las gratuitas siguen como siempre; por encima de cero, las pagadas también.
refunded-monthly = La suscripción ya no se renueva.
refunded-gift = ↩️ Se reembolsaron { $stars } ⭐. El enlace de tu regalo ya no funciona.
refunded-nothing = ↩️ Se reembolsaron { $stars } ⭐.

## El menú de comandos

command-imagine = Dibujar o editar una imagen
command-history = Tus imágenes de aquí
command-favorites = Tus imágenes favoritas de aquí
command-queue = Lo que se dibuja y lo que espera
command-quota = Cuántas imágenes quedan hoy
command-buy = Más imágenes, con Estrellas de Telegram
command-balance = Tus imágenes gratuitas y pagadas
command-ratio = Tu formato habitual
command-style = Estilos para tus imágenes
command-language = Idioma
command-help = Qué sé hacer
command-report = Reportar una imagen mía
command-export = Una copia de todo lo que guardo sobre ti
command-forget = Eliminar lo que guardo sobre ti
command-admin = Todo para administradores, con botones
command-stats = Cómo va todo, en cifras
command-find = Buscar a alguien
command-user = Todo sobre una persona
command-limit = Un límite diario para una persona
command-pause = No aceptar pedidos nuevos
command-resume = Aceptar pedidos otra vez
command-audit = Lo que hicieron los administradores
command-ban = Bloquear a una persona o un chat
command-unban = Desbloquear
command-banword = Prohibir una palabra
command-unbanword = Permitir de nuevo una palabra
command-broadcast = Enviar un mensaje a todos
command-refund = Reembolsar un pago
command-grant = Dar imágenes a alguien
command-settings = Quién puede dibujar aquí y cuánto
command-words = Palabras bloqueadas aquí

## /queue

queue-empty = No hay nada en espera ni se está dibujando nada. Envía /imagine para empezar.
queue-empty-group = En este grupo no hay imágenes tuyas en camino. Envía /imagine para empezar.
queue-title = <b>Tus imágenes en camino</b>
queue-running = { $number }. 🎨 { $prompt }
queue-asked = { $number }. ❓ { $prompt } (¿todavía la quieres?)
queue-approval = { $number }. ❓ { $prompt } (decide un administrador)
queue-waiting = { $number }. ⏳ { $prompt } (número { $place } en la cola)
button-cancel-listed = ✕ { $prompt }
button-listed-cancelled = Cancelada: { $prompt }
button-listed-done = Lista: { $prompt }
button-listed-failed = Falló: { $prompt }

## /ratio

ratio-choose = ¿Qué formato uso cuando no indicas ninguno? Ahora: { $current }.
ratio-current-ask = pregunto cada vez
ratio-saved = Desde ahora dibujo en { $ratio }. Con /ratio se cambia.
ratio-reset = Desde ahora pregunto el formato cada vez.
button-ratio-ask = Preguntarme cada vez
button-ratio-ask-group = Preguntar cada vez

## Avisos breves

toast-accepted = ¡Enseguida!
toast-repeated = Ya la estoy dibujando.
toast-needs-approval = Primero decide un administrador del grupo.
toast-approval-changed = La descripción cambió. Responde a la pregunta nueva, por favor.
toast-cancelled = Cancelada
toast-declined = Rechazada
toast-cancel-again = Ya la estoy dibujando. Para cancelarla, toca otra vez.
toast-too-late = Es tarde para cancelar: la imagen está lista.
toast-over-cancelled = No hay nada que cancelar: ya se canceló.
toast-over-done = No hay nada que cancelar: ya está lista.
toast-over-failed = No hay nada que cancelar: esta falló.
toast-not-yours = Solo puede tocar esto quien lo pidió.
toast-old = Este botón es demasiado antiguo. Envía tu mensaje otra vez, por favor.
toast-new-buttons = Este botón es demasiado antiguo. Hay nuevos en /{ $command }.
toast-old-again = Este botón es demasiado antiguo. Para dibujar esto otra vez, envía /imagine con la descripción.
toast-old-edit = Este botón es demasiado antiguo. Para editar la imagen, responde a ella con /imagine y qué cambiar.
toast-old-original = Este botón es demasiado antiguo, y el original ya no está. La imagen misma todavía se puede guardar desde el chat.
toast-old-before = Este botón es demasiado antiguo. Busca la imagen anterior más arriba en este chat.
toast-old-deleted = Ya no guardo esta imagen. Puedes eliminar tú el mensaje.
toast-old-pick = Este botón es demasiado antiguo, y ya no tengo la imagen. La cuadrícula todavía se puede guardar desde el chat.
toast-old-try = Este botón es demasiado antiguo, y ya no tengo tus palabras. Envíalas otra vez con /imagine, por favor.
toast-original = Busco el original…
toast-favourite = ★ Guardada. /favorites las muestra todas.
toast-not-favourite = ☆ Ya no es favorita.
toast-old-sticker = Este botón es demasiado antiguo. Para hacer un sticker, dibuja la imagen otra vez con /imagine.
toast-sticker = Hago un sticker…
toast-sticker-sent = Ya lo envié.
toast-group-photo = Cambio la foto del grupo…
toast-newest = Esta es la más nueva.
toast-oldest = Esta es la más antigua.
toast-asked = Ya lo pregunté: ¿qué cambio?
toast-before = Ya la envié: está más abajo.
toast-saved = Guardado
toast-admins-only = Solo los administradores de este grupo pueden hacer eso.
toast-invoice-sent = Ya la envié: está más abajo.
toast-prices-changed = Los precios cambiaron desde entonces. /buy tiene los nuevos.
toast-refund-begun = El reembolso está en camino.
toast-refund-declined = Reembolso rechazado. Yo aviso.

## Errores

internal-error = Algo falló de mi lado; mi dueño lo verá. Inténtalo otra vez en un minuto, por favor.

## Para los administradores del bot

alarm-key = ⚠️ El servicio de imágenes no acepta la clave del bot (GPTUNNEL_API_KEY). Los pedidos esperan; no se dibuja nada hasta que la clave funcione.
alarm-money = ⚠️ El saldo en el servicio de imágenes se agotó. Los pedidos esperan; no se dibuja nada hasta que se recargue.
alarm-disk = ⚠️ La base de datos no acepta escrituras (un disco está lleno, es de solo lectura o falla, o su servidor no funciona; el registro dice qué). Los pedidos nuevos se rechazan; los aceptados esperan y siguen solos cuando las acepte de nuevo.
alarm-bucket = ⚠️ El bucket para las fotos (SOURCE_BUCKET) no se puede usar; el registro dice por qué. Las fotos se envían de otra forma o esperan. <code>imagine-bot check</code> prueba el bucket.
alarm-missed-payments = ⚠️ La lista de Telegram tiene pagos o reembolsos de los que ninguna actualización me avisó. Ya los anoté, así que todos los saldos son correctos; el registro los nombra. Si vuelve a pasar, averigua, por favor, por qué se pierden actualizaciones.
alarm-deductions = ⚠️ Salieron ⭐ de mi saldo, y la lista de Telegram no dice por qué pago: quizá alguien recuperó el dinero de sus ⭐. El registro tiene la cantidad. No retiré ninguna imagen.
alarm-payment = ⚠️ No se pudo registrar un pago; el registro dice por qué. No se pierde nada: el bot lo intenta una y otra vez, también tras un reinicio.
alarm-backup = ⚠️ No se pudo hacer la copia de hoy de la base de datos (BACKUP_DIR); el registro dice por qué. El bot sigue funcionando y lo intenta de nuevo en tres horas. Revisa el disco, por favor: hasta entonces, la última copia buena tiene más de un día.
source-way-refused =
    ⚠️ El servicio de imágenes no acepta las fotos { $refused ->
        [link] como enlace a este bot. Comprueba, por favor, que PUBLIC_URL con su ruta /source/ sea accesible desde internet.
        [bucket] como enlace al bucket. Comprueba, por favor, que el servidor de SOURCE_BUCKET sea accesible desde internet.
       *[data] dentro de la petición.
    }
    Las fotos se pueden seguir editando: ahora se envían { $works ->
        [link] como enlace a este bot (PUBLIC_URL).
        [bucket] como enlace al bucket (SOURCE_BUCKET).
       *[data] dentro de la petición.
    }
source-ways-refused = ⚠️ Las fotos no se pueden editar: el servicio de imágenes no acepta ninguna de las que envío. Necesita enlaces accesibles desde internet. Define PUBLIC_URL (una dirección https de este bot) o SOURCE_BUCKET (un bucket de S3), pruébalo con <code>imagine-bot check</code> y reiníciame, por favor. Las imágenes por descripción funcionan como antes.
low-balance =
    ⚠️ { $balance ->
        [one] Queda { $balance } rublo
        [many] Quedan { $balance } de rublos
       *[other] Quedan { $balance } rublos
    } en el servicio de imágenes. Recarga el saldo, por favor.
ban-how = Envía /ban con el id de una persona o de un chat, por ejemplo <code>/ban 12345</code>. A los administradores no se les puede bloquear.
banword-how = Envía /banword con una palabra, por ejemplo <code>/banword ejemplo</code>.
banned = En la lista de bloqueo: { $subject }
unbanned = Ya no está en la lista de bloqueo: { $subject }
not-banned = No estaba en la lista de bloqueo: { $subject }
report-title = 🚩 <b>Una imagen reportada</b>
report-prompt = <i>{ $prompt }</i>
report-author = Dibujada para: <a href="tg://user?id={ $id }">{ $id }</a>
report-author-chat = Dibujada para: un canal o un administrador anónimo ({ $id }). El bloqueo vale para todo ese chat.
report-reporter = Reportada por: <a href="tg://user?id={ $id }">{ $name }</a> ({ $id })
report-reporter-chat = Reportada por: { $name } ({ $id }), un canal o un administrador anónimo
report-in-group = Grupo: { $title }
report-in-private = En su chat privado conmigo
report-reason = Motivo: { $reason }
report-decided-hide = 🙈 Oculta por decisión de { $admin }, <tg-time unix="{ $at }" format="Dt">{ $when }</tg-time>
report-decided-ban = 🚫 Oculta, con bloqueo de quien la pidió, por decisión de { $admin }, <tg-time unix="{ $at }" format="Dt">{ $when }</tg-time>
report-decided-fine = ✅ Queda como está por decisión de { $admin }, <tg-time unix="{ $at }" format="Dt">{ $when }</tg-time>
report-message-stays = Oculta. Telegram no me deja eliminar todos los mensajes con ella, así que quité los botones. Un administrador del grupo puede eliminarlos.
report-of-admin = Esta imagen es de un administrador, y a los administradores no se les puede bloquear. Puedes ocultarla.
report-deleted = Este reporte ya no existe: quien pidió la imagen eliminó todos sus datos, o se decidió hace mucho. /ban con el id sigue funcionando.
button-report-hide = 🙈 Ocultar
button-report-ban = 🚫 Bloquear
button-report-fine = ✅ Está bien
toast-report-hide = Oculta.
toast-report-ban = Oculta, y quien la pidió está en la lista de bloqueo.
toast-report-fine = Queda como está.
toast-report-decided = Esto ya se decidió antes.
toast-bot-admins-only = Solo los administradores del bot pueden decidir eso.
refund-how = Envía /refund con el id de un pago, como lo muestra su confirmación: <code>/refund 12345</code>
refund-unknown = No conozco ningún pago <code>{ $charge }</code>.
refund-begun = El reembolso de { $stars } ⭐ a <a href="tg://user?id={ $id }">{ $id }</a> está en camino, pago <code>{ $charge }</code>. El resultado llega aquí.
refund-done = ↩️ Reembolso hecho: { $stars } ⭐ a <a href="tg://user?id={ $id }">{ $id }</a>, pago <code>{ $charge }</code>.
refund-refused = ⚠️ Telegram rechaza el reembolso de { $stars } ⭐ a <a href="tg://user?id={ $id }">{ $id }</a>, pago <code>{ $charge }</code>; el registro dice por qué. Las imágenes se devolvieron.
refund-request-title = 💳 <b>Piden un reembolso</b>
refund-request-by = De: <a href="tg://user?id={ $id }">{ $id }</a>
refund-request-payment = Pago: <code>{ $charge }</code>, { $stars } ⭐, <tg-time unix="{ $at }" format="Dt">{ $when }</tg-time>
refund-request-used = Imágenes usadas: { $used } de { $units }
refund-request-reason = Motivo: { $reason }
refund-decided-refund = ↩️ Reembolso por decisión de { $admin }
refund-decided-decline = ✕ Rechazo por decisión de { $admin }
button-refund = ↩️ Reembolsar
grant-how = Envía /grant con el id de una persona y un número de imágenes, por ejemplo <code>/grant 12345 20</code>.
grant-done =
    { $units ->
        [one] Diste { $units } imagen
        [many] Diste { $units } de imágenes
       *[other] Diste { $units } imágenes
    } a <a href="tg://user?id={ $id }">{ $id }</a>.
grant-left-paid = Imágenes pagadas ahí ahora: { $balance }.
grant-left-extra = Imágenes adicionales ahí ahora: { $balance }.
grant-not-told = Todavía no puedo avisarle: no tiene un chat abierto conmigo.
limit-how = Envía /limit con el id de una persona y un número de imágenes al día: <code>/limit 12345 50</code>. El id solo muestra el límite, y <code>/limit 12345 normal</code> devuelve el normal. Los administradores no tienen límite.
limit-own = Imágenes al día de <a href="tg://user?id={ $id }">{ $id }</a>, un límite propio: <b>{ $daily }</b>.
limit-usual = Imágenes al día de <a href="tg://user?id={ $id }">{ $id }</a>, el límite normal: <b>{ $daily }</b>.
pause-begun = En pausa: no acepto pedidos nuevos, y lo que está en camino sigue. /resume la termina. Los usuarios ven:
pause-ended = ▶️ Acepto pedidos otra vez.
pause-none = No hay pausa: acepto pedidos.
pause-too-long = El texto de una pausa tiene hasta { $limit } caracteres. Envía uno más corto.
admin-menu = 🛠 <b>Para administradores</b>
admin-menu-open = Acepto pedidos.
admin-menu-paused = No acepto pedidos nuevos. Los usuarios ven:
admin-menu-domain = También hay una página de administración. Para tener aquí su botón, envía /setdomain a @BotFather, elígeme y envía { $domain }
admin-menu-refused = También hay una página de administración, pero Telegram no acepta su botón: { $reason }. Revisa PUBLIC_URL, iníciame otra vez y envía /admin
button-admin-stats = 📊 Estadísticas
button-admin-find = 🔎 Buscar a alguien
button-admin-pause = ⏸ Pausa
button-admin-resume = ▶️ Reanudar
button-admin-broadcast = 📣 Mensaje a todos
button-admin-audit = 🧾 Acciones
button-admin-banword = 🚫 Bloquear palabra
button-admin-unbanword = ✅ Permitir palabra
button-admin-refund = ↩️ Reembolsar un pago
button-admin-page = 🖥 Página de administración
button-admin-back = ‹ Atrás
admin-ask-find = ¿A quién buscas? Responde con un nombre, un nombre de usuario o un id.
admin-ask-pause = ¿Qué verán los usuarios mientras no acepto pedidos? Responde con el texto. Un punto solo es mi propia frase.
admin-ask-banword = ¿Qué palabra no debo dibujar? Responde con ella.
admin-ask-unbanword = ¿Qué palabra se permite otra vez? Responde con ella.
admin-ask-refund = ¿Qué pago se reembolsa? Responde con su id, como aparece en su confirmación.
admin-ask-limit = ¿Cuántas imágenes al día? Responde con un número, o con “normal” para el límite normal.
admin-ask-grant = ¿Cuántas imágenes adicionales? Responde con un número. No se pueden retirar después.
admin-placeholder = Tu respuesta
find-how = Envía /find con un nombre, un nombre de usuario o un id: <code>/find ana</code>
find-none = No conozco a nadie como “{ $words }”. Encuentro a quienes me escribieron, por nombre, nombre de usuario o id.
find-found = Usuarios como “{ $words }”, primero los más nuevos:
find-more = Hay más. Un nombre más largo encuentra menos.
user-how = Envía /user con un id: <code>/user 12345</code>. /find lo encuentra.
user-title = 👤 <b><a href="tg://user?id={ $id }">{ $name }</a></b> <code>{ $id }</code>
user-title-chat = 👥 <b>{ $name }</b> <code>{ $id }</code>
user-since = Aquí desde { DATETIME($date, dateStyle: "medium") }, idioma { $language }
user-seen = Última vez: { DATETIME($date, dateStyle: "medium") }
user-left-bot = Me bloqueó, así que no puedo escribir ahí.
user-banned = 🚫 Bloqueado por los administradores: ignoro todo lo que viene de ahí.
user-is-admin = Administrador del bot: sin límite diario.
user-today = Hoy: { $used } de { $daily }
user-own-limit = límite propio
user-balance = Imágenes pagadas o adicionales: { $balance }
user-requests = Pedidos: { $total }; imágenes: { $used }, fallidos: { $failed }, cancelados: { $cancelled }, en camino: { $pending }
user-spent = Gastado en ellas: { $roubles } ₽
user-stars = Pagado aquí: { $stars } ⭐
user-last = <b>Los últimos pedidos</b>
user-request = { $mark } <tg-time unix="{ $at }" format="dt">{ $when }</tg-time> { $prompt }
button-user-limit = 📏 Límite
button-user-grant = 🎁 Regalar
button-user-ban = 🚫 Bloquear
button-user-ban-sure = 🚫 Sí, bloquear
button-user-unban = ✅ Desbloquear
user-ban-sure = ¿Bloquear { $id }? Ignoraré todo lo que venga de ahí hasta que un administrador lo deshaga.
audit-title = <b>Acciones de los administradores</b>: { $number }–{ $last } de { $total }
audit-of = Sobre <code>{ $id }</code>
audit-none = Ningún administrador ha hecho nada aún que se guarde aquí.
audit-when = <tg-time unix="{ $at }" format="dt">{ $when }</tg-time> <a href="tg://user?id={ $id }">{ $name }</a>:
audit-name = { $name }
audit-subject = <code>{ $id }</code>
audit-details = <i>{ $text }</i>
audit-kind-ban = 🚫 bloqueo
audit-kind-unban = ✅ desbloqueo
audit-kind-ban-word = 🚫 palabra bloqueada
audit-kind-unban-word = ✅ palabra permitida
audit-kind-grant = 🎁 imágenes regaladas
audit-kind-limit = 📏 límite diario
audit-kind-pause = ⏸ pausa
audit-kind-resume = ▶️ fin de la pausa
audit-kind-refund = ↩️ reembolso
audit-kind-decline-refund = ✕ reembolso rechazado
audit-kind-broadcast = 📣 difusión
audit-kind-stop-broadcast = ✋ difusión detenida
audit-kind-report-hide = 🙈 imagen denunciada ocultada
audit-kind-report-ban = 🚫 imagen denunciada ocultada, autor bloqueado
audit-kind-report-fine = ✅ imagen denunciada dejada
stats-how = Envía /stats para todos los usuarios, o con un id para uno: <code>/stats 12345</code>
stats-title = Estadísticas
stats-of-all = 30 días, UTC
stats-of-user = Usuario { $id }, 30 días, UTC
stats-periods = Hoy · 7 días · 30 días
stats-today = hoy
stats-week = 7 días
stats-month = 30 días
stats-active = Usuarios activos
stats-new = Nuevos
stats-returning = Ya conocidos
stats-requests = Pedidos
stats-pictures = Imágenes
stats-failed = Fallidos
stats-cancelled = Cancelados
stats-pending = En camino
stats-seconds = Tiempo hasta la imagen, segundos
stats-half = Mediana
stats-time = { $amount } s
stats-median = Mediana del tiempo hasta la imagen
stats-p95 = El 95 % en menos de
stats-spent = Gastado, rublos
stats-stars = Estrellas ganadas
stats-errors = Fallos en 30 días
stats-error-timeout = tardó demasiado
stats-error-moderated = rechazado: no seguro
stats-error-refused = pedido rechazado
stats-error-service = servicio de imágenes
stats-error-telegram = no entregado
stats-error-photo = foto de origen
stats-date = { DATETIME($date, dateStyle: "medium") }
button-stats-dark = 🌙 Oscuro
button-stats-light = ☀️ Claro
button-stats-again = 🔄 Ahora
grant-once = Este mensaje ya regaló sus imágenes; editarlo no regala más. Para regalar más, envía un /grant nuevo.
admin-page-title = Página de administración
admin-page-sign-in-how = Abre nuestro chat, envía /admin y toca “🖥 Página de administración”. Telegram te pide confirmar y vuelves aquí, con la sesión abierta durante doce horas.
admin-page-open-chat = Abrir nuestro chat
admin-page-refused = Ese inicio de sesión es muy antiguo, ya se usó o no viene de Telegram. Toca otra vez el botón de nuestro chat.
admin-page-no-sign-in = Ahora no puedo iniciar tu sesión, porque mi base de datos no está disponible. Toca otra vez el botón de nuestro chat dentro de un rato.
admin-page-not-admin = Esta cuenta no es de mis administradores: su id no está en ADMIN_IDS.
admin-page-lost = Ahora no hay conexión conmigo. Sigo intentando.
admin-page-sign-out = Cerrar sesión en todos los dispositivos
admin-page-skip = Ir al contenido
admin-page-now = Ahora
admin-page-paused = No acepto solicitudes nuevas. Todos ven:
admin-outage = El servicio de imágenes no acepta solicitudes: { $reason }
admin-state-waiting = En espera
admin-state-drawing = Dibujando
admin-state-sending = Enviando
admin-page-nothing-open = Nada espera y nada se está dibujando.
admin-page-failures = Últimos fallos
admin-page-no-failures = Ninguno entre las solicitudes más nuevas.
admin-page-broadcasts = Mensajes a todos
admin-page-no-broadcasts = Ninguno últimamente.
admin-broadcast-waits = 🕓 Sale { $when }
admin-page-users = Usuarios
admin-page-find = Nombre, nombre de usuario o id
admin-page-switches = Controles
admin-page-pause-text = Texto para todos (vacío: mi propia frase)
admin-page-word = Palabra
admin-page-limit = Imágenes al día (vacío: el límite normal)
admin-page-grant = Imágenes adicionales
admin-page-done-before = Esto ya se hizo antes, así que nada cambió.
admin-page-not-done = No funcionó. Revisa lo que escribiste e inténtalo otra vez.
admin-page-not-now = Ahora no hay conexión conmigo. Inténtalo otra vez dentro de un rato.

## Estilos

style-name-watercolor = Acuarela
style-name-ink = Tinta
style-name-oil = Óleo
style-name-pencil = Lápiz
style-name-lineart = Líneas
style-name-poster = Cartel
style-name-comic = Historieta
style-name-anime = Animé
style-name-film = Foto analógica
style-name-3d = Render 3D
style-name-isometric = Isométrico
style-name-pixel = Pixelado
style-name-clay = Plastilina
style-name-paper = Papel recortado
style-name-glass = Vitral
style-name-embroidery = Bordado
style-choose =
    <b>Los estilos</b> añaden unas palabras en inglés a las tuyas; se ven debajo de la imagen. Toca uno y desde ahora dibujo con él. Ahora: { $current }.

    Para una sola imagen: <code>un zorro en la nieve estilo:tinta</code>. Una imagen sin tu estilo habitual: <code>estilo:ninguno</code>.
    El tuyo propio, con _ en el lugar de tus palabras: <code>/style guardar boceto boceto rápido de _, en papel viejo</code>. <code>/style eliminar boceto</code> lo elimina.
style-own = ✨ { $name }: <i>{ $words }</i>
style-current-none = ninguno
style-usual = Desde ahora dibujo con el estilo { $name }: <i>{ $words }</i>. Con /style se cambia.
style-reset = Desde ahora dibujo sin estilo.
style-card =
    { $name } añade estas palabras: <i>{ $words }</i>

    Para una sola imagen: <code>un zorro en la nieve estilo:{ $written }</code>. Para todas, toca el botón. /style muestra los demás.
style-unknown = No conozco el estilo “{ $name }”. /style los muestra todos.
style-unknown-like = No conozco el estilo “{ $name }”. ¿Quisiste decir { $names }? /style los muestra todos.
style-saved = Guardado.
style-deleted = Eliminado: { $name }.
style-not-own = No tienes un estilo propio con el nombre “{ $name }”. /style los muestra todos.
style-delete-how = ¿Cuál? Envía también su nombre: <code>/style eliminar boceto</code>. /style muestra los tuyos.
style-save-how = Envía un nombre y unas palabras, con un solo _ en el lugar de las tuyas: <code>/style guardar boceto boceto rápido de _, en papel viejo</code>. Sin _ las palabras van después de las tuyas.
style-save-name = El nombre de un estilo es una palabra de hasta 16 letras y cifras, por ejemplo <code>/style guardar boceto boceto rápido de _, en papel viejo</code>.
style-save-long = Las palabras de un estilo tienen como máximo 300 caracteres. Acórtalas, por favor.
style-save-flags = Un estilo solo tiene palabras. Quita las opciones como <code>--ar</code> y otros estilos, por favor.
style-full = Tienes { $limit } estilos propios, y no puedo guardar más. Elimina antes uno: /style los muestra.
button-style-none-now = ✓ Sin estilo
button-style-usual = Desde ahora:
button-style-without = ✕ Sin un estilo
style-too-long = Con las palabras de este estilo la descripción pasaría de { $limit } caracteres. Envía una más corta, por favor.

## Los stickers

sticker-title = Mis imágenes
button-sticker-set = 🩹 Mis stickers
sticker-hidden = Un sticker no se puede ocultar, así que no hago uno de una imagen oculta.
sticker-hidden-group = En este grupo las imágenes quedan ocultas, y un sticker no se puede ocultar. Abre la imagen <a href="{ $link }">en nuestro chat privado</a> y toca “Sticker” allí.
sticker-picture-gone = Telegram ya no tiene esta imagen. Dibújala otra vez, por favor.
sticker-later = Telegram no acepta el sticker en este momento. Toca otra vez en unos minutos, por favor.
sticker-refused = Telegram no acepta esta imagen como sticker. Prueba con otra, por favor.
sticker-no-set = Tus paquetes de stickers están llenos o eliminados. Toca otra vez para tener uno nuevo, por favor.
sticker-no-chat = Solo puedo guardar stickers para quien tiene un chat conmigo. Abre <a href="{ $link }">nuestro chat privado</a>, toca “Iniciar” y luego “Sticker” otra vez, por favor.
sticker-not-sent = Tu sticker está listo, pero aquí no puedo enviar stickers. El botón abre el paquete.

## Envíos a todos

broadcast-how =
    Responde a cualquier mensaje con /broadcast y todos recibirán una copia: texto, foto, botones con enlaces.
    Tus propios botones van debajo del comando, uno por línea: <code>Nuestro canal https://…</code>
    Reenvíame antes el mensaje: una foto tuya con texto la cambiaría.
broadcast-album = Un álbum no se puede copiar como un solo mensaje. Envía una sola imagen con su texto y respóndele con /broadcast.
broadcast-not-copied = Telegram no puede copiar este mensaje: { $reason }. Envíamelo de otra forma y respóndele con /broadcast.
broadcast-preview = ☝️ Así llega.
broadcast-buttons-left =
    { $buttons ->
        [one] Falta { $buttons } botón: en una copia solo funcionan los enlaces y los textos para copiar.
        [many] Faltan { $buttons } de botones: en una copia solo funcionan los enlaces y los textos para copiar.
       *[other] Faltan { $buttons } botones: en una copia solo funcionan los enlaces y los textos para copiar.
    }
broadcast-draft =
    📣 <b>Personas que lo reciben: { $users }</b>
    Envíalo ahora o responde a este mensaje con una hora: <code>18:00</code>, <code>mañana 18:00</code>, <code>en 2 horas</code> o <code>2026-12-01 18:00</code> ({ $zone }).
broadcast-waits = 🕓 <b>Sale <tg-time unix="{ $at }" format="Dt">{ $when }</tg-time></b>. Personas que lo reciben por ahora: { $users }. Responde con otra hora para cambiarla.
broadcast-next = 🕓 <b>Es el siguiente en salir.</b> Personas que lo reciben por ahora: { $users }.
broadcast-state-sending = 📣 <b>Saliendo</b>: { $sent } de { $total } enviados.
broadcast-state-done = ✅ <b>Listo.</b> Enviados: { $sent } de { $total }.
broadcast-state-stopped = ✋ <b>Detenido.</b> Enviados: { $sent } de { $total }.
broadcast-dropped = ✕ No se envió.
broadcast-state-gone = ⚠️ <b>Terminado: el mensaje original ya no existe.</b> Enviados: { $sent } de { $total }. Para seguir, envíalo de nuevo.
broadcast-state-refused = ⚠️ <b>Terminado: Telegram rechaza este mensaje una y otra vez</b>; el registro dice por qué. Enviados: { $sent } de { $total }.
broadcast-count-unreachable = No se les puede escribir: { $users }. Desde ahora no cuentan.
broadcast-count-refused = Rechazados por Telegram: { $users }.
broadcast-count-unknown = Quizá llegaron: { $users }. La conexión o el bot se cortó durante el envío; no se envían dos veces.
broadcast-over = Este ya se envió o se detuvo.
broadcast-time-unknown = No entiendo esa hora. Responde con una como <code>18:00</code>, <code>mañana 18:00</code>, <code>en 2 horas</code> o <code>2026-12-01 18:00</code> ({ $zone }).
broadcast-time-past = Esa hora ya pasó. Responde con otra más tarde, o toca el botón para enviarlo ahora.
broadcast-nobody = No lo recibiría nadie. Elige un idioma con usuarios.
button-broadcast-send = 📣 Enviar ahora
button-broadcast-drop = ✕ No enviar
button-broadcast-stop = ✋ Detener
button-broadcast-refresh = 🔄 Actualizar
button-news-off = 🔕 No quiero más
button-news-on = 🔔 Recibir de nuevo
news-off = 🔕 Ya no te envío novedades; tus imágenes llegan como siempre. /subscribe las trae de vuelta.
news-on = 🔔 Recibes mis novedades de nuevo. /unsubscribe las termina.
forget-keeps-news-off = También se queda que no quieres novedades, para que no te lleguen.
