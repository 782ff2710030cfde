# Os textos do bot em português. O HTML é o do Telegram; os valores já chegam escapados.

## Saudação

description = Desenho o que você descreve e edito suas fotos. Escreva, por exemplo: um farol na tempestade.
short-description = Desenho o que você descreve e edito suas fotos.
start =
    Oi! Descreva algo e eu desenho. Envie uma foto e diga o que mudar, e eu edito.

    Toque em um exemplo para ver como fica ou escreva o seu: <i>um gato lendo o jornal</i>. Em /help está tudo o que sei fazer.
help =
    <b>Desenhar uma imagem</b>: escreva o que quer ver ou toque em um exemplo.
    Já com o formato: <code>/imagine uma raposa na neve --ar 16:9</code>; quatro para escolher: <code>--n 4</code>

    <b>Formatos</b> para <code>--ar</code>: { $ratios }. Se você não indicar um, eu pergunto; /ratio guarda um para sempre.

    <b>Estilos</b>: junte <code>estilo:nanquim</code> às suas palavras; /style mostra todos.

    <b>Editar uma imagem</b>: envie uma foto e diga o que mudar, ou diga isso em resposta a uma das minhas imagens.

    /history — suas imagens; <code>/history raposa</code> encontra as raposas
    /favorites — as que você marcou com ☆
    /queue — o que está sendo desenhado e o que espera
    /quota — quantas imagens você ainda tem hoje
    /prompt — em resposta a uma imagem minha: a descrição dela para copiar
    /language — falar com você em outro idioma
    /export — uma cópia de tudo o que guardo sobre você
    /forget — apagar o que guardo sobre você
help-shop =
    /buy — mais imagens, com Estrelas do Telegram
    /balance — as que você tem
    /gift — imagens para outra pessoa
help-group =
    <code>/imagine um farol na tempestade</code> desenha uma imagem; <code>--ar 16:9</code> escolhe o formato: { $ratios }.
    Responda a uma foto ou a uma das minhas imagens com <code>/imagine que seja noite</code>, e eu edito a imagem.

    /history, /favorites — suas imagens deste grupo
    /queue, /quota — o que está a caminho e o que resta hoje
    /report — em resposta a uma imagem minha que não deveria estar aqui
help-group-all = Aqui qualquer pessoa pode desenhar.
help-group-shared = <code>/history todas</code> mostra as imagens de todos.
button-example = 🎨 { $prompt }
example-first = um farol na tempestade
example-second = uma raposa dormindo na neve
unknown-command = Não conheço esse comando. Em /help está o que sei fazer.
unknown-command-words = Não conheço esse comando.
misspelt-imagine = Você quis dizer /imagine?
misspelt-command = Você quis dizer /{ $command }? Edite sua mensagem, e eu continuo a partir dela.
forwarded-command = Isso foi escrito por outra pessoa, então não faço nada. Para eu desenhar isso, a descrição precisa vir de você.
declined = Certo, deixo tudo como está.
agreed = Toque em um dos botões abaixo da minha pergunta, por favor.
agreed-describe = Descreva em poucas palavras, por favor.
agreed-nothing = Se houver um botão abaixo da minha pergunta, toque nele, por favor. Se não, diga o que desenhar ou envie uma foto para editar.
praised = Obrigado! Para editar uma imagem, responda a ela e diga o que mudar.

## Perguntas sobre o que falta

ask-prompt = O que devo desenhar?
ask-prompt-placeholder = Um farol na tempestade
ask-change = O que devo mudar? Por exemplo: que seja noite.
ask-change-named = <a href="tg://user?id={ $id }">{ $name }</a>, o que devo mudar? Responda aqui, por exemplo: que seja noite.
ask-change-placeholder = Que seja noite
ask-change-suggested = O que devo mudar? Toque numa sugestão ou escreva com suas palavras.
suggestion-night = Que seja noite
suggestion-snow = Coloque neve
suggestion-watercolor = Transforme em aquarela
album-first = Edito uma foto por vez, então peguei a primeira. Envie as outras uma a uma.
ask-ratio = Em que formato desenho “{ $prompt }”?
ask-draw = Desenho “{ $prompt }”?
ask-either = Desenho “{ $prompt }” ou edito a imagem? Uma imagem editada mantém o formato.
ask-edit = Edito a imagem: “{ $prompt }”?
misspelt-edit = Você quis dizer /{ $command }? Enquanto você não editar a mensagem de novo, a imagem fica como você pediu.
edit-not-followed = A imagem fica como você pediu. Para mudá-la, edite a mensagem de novo.
button-draw = 🎨 Desenhar
button-draw-without = Desenhar sem isso
button-draw-in = 🎨 Desenhar, { $ratio }
button-change = 🎨 Editar
button-always = 📌 Sempre { $ratio }
button-change-picture = ✏️ Editar a imagem
button-change-instead = ✏️ Melhor editar a imagem
button-ratio-1x1 = ◻️ 1:1
button-ratio-16x9 = 🖥 16:9
button-ratio-9x16 = 📱 9:16
button-ratio-4x3 = 📷 4:3
button-ratio-3x4 = 🖼 3:4

flags-lacking = Meu modelo não tem { $features } (<code>{ $flags }</code>), mas posso desenhar sem isso.
flags-lacking-alone = Meu modelo não tem { $features } (<code>{ $flags }</code>).
lacks-version = versões para escolher
lacks-strength = intensidade de estilo
lacks-exclude = lista de exclusões
lacks-seed = sementes
lacks-quality = níveis de qualidade
lacks-style = estilos com esse nome
lacks-variety = caos
lacks-tile = mosaicos
lacks-reference = imagens de referência
lacks-repeat = repetições
lacks-speed = velocidades para escolher
lacks-profile = perfis
lacks-video = vídeo
lacks-visibility = modo oculto

## O que não pode ser desenhado como foi pedido

prompt-too-long =
    Essa descrição tem { $length ->
        [one] { $length } caractere
        [many] { $length } de caracteres
       *[other] { $length } caracteres
    }; aceito até { $limit }. Encurte, por favor.
prompt-too-long-style = Isso inclui as palavras do estilo; <code>estilo:nenhum</code> as tira.
ratio-unknown = Não tenho o formato { $ratio }.
ratio-twice = Você indicou mais de um formato.
count-refused = Desenho até { $most } imagens de uma vez: <code>--n 2</code>, <code>--n 3</code> ou <code>--n 4</code>.
flag-unknown = Não conheço <code>{ $flag }</code>; conheço <code>--ar</code> para o formato e <code>--n</code> para a quantidade.

source-too-large = Esse arquivo tem mais de { $limit } MB, mais do que consigo buscar no Telegram. Envie como foto ou envie um arquivo menor.
unusable = Trabalho com palavras e imagens: descreva o que desenhar, ou envie uma foto, um arquivo de imagem ou uma figurinha para editar.
source-moves = Isso não consigo editar: é algo que se move, e eu só edito imagens paradas. Envie uma imagem do momento que você quer, por exemplo uma captura de tela.
source-not-a-picture = Isso não consigo editar: não é uma imagem. Envie uma foto, um arquivo de imagem (JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP, TIFF) ou uma figurinha.
source-too-many-pixels =
    A imagem que você quer editar tem { $megapixels ->
        [one] { $megapixels } megapixel
        [many] { $megapixels } de megapixels
       *[other] { $megapixels } megapixels
    }, e aceito até { $limit }. Envie como foto, e não como arquivo, para que o Telegram a reduza. { $left }
edit-keeps-shape = Uma imagem editada mantém o formato, então deixo de lado o que você indicou.
draws-words = Desenho suas palavras como uma imagem nova em { $ratio }.
edit-has-no-shape = Uma imagem editada mantém o formato. Só uma imagem desenhada a partir de palavras pode ter outro.
prompt-of-what = Responda com /prompt a uma das minhas imagens e eu envio a descrição dela para copiar.
prompt-of-source = Não tenho uma descrição desta imagem. Ela foi editada com estas palavras: <pre>{ $prompt }</pre>
prompt-back = <pre>{ $prompt }</pre>

## Andamento

status-next = ⏳ Sua imagem é a próxima.
status-place = ⏳ Sua imagem é a número { $place } da fila.
status-drawing =
    🎨 Desenhando; fica pronta em cerca de { $left }.
    { $bar }
status-drawing-for =
    🎨 Desenhando há { $elapsed }; fica pronta em cerca de { $left }.
    { $bar }
status-late =
    🎨 Desenhando há { $elapsed }: mais que o normal, mas continuo trabalhando nela.
    { $bar }
span-hours = { $hours } h { $minutes } min
span-minutes = { $minutes } min
span-seconds = { $seconds } s
status-sending = 🎨 A imagem está pronta e a caminho.
status-paused = ⏸ O serviço de imagens não responde. Seu lugar está guardado, e eu continuo assim que ele voltar: não precisa enviar isto de novo.
batch-status-next = ⏳ Suas { $size } imagens são as próximas.
batch-status-place = ⏳ Suas { $size } imagens são o número { $place } da fila.
batch-status-drawing = 🎨 Desenhando { $size } imagens.
batch-status-late = 🎨 Desenhando { $size } imagens há { $elapsed }: mais que o normal, mas continuo trabalhando nelas.
batch-status-ready = 🎨 Prontas: { $ready } de { $size }; desenho as outras.
batch-status-sending = 🎨 As imagens estão prontas e a caminho.
button-cancel-all = Cancelar todas
button-cancel = Cancelar
still-wanted = Desculpe a espera: por um tempo não consegui desenhar. Você ainda quer “{ $prompt }”?
still-wanted-batch =
    Desculpe a espera: por um tempo não consegui desenhar. Você ainda quer “{ $prompt }” ({ $count ->
        [one] { $count } imagem
        [many] { $count } de imagens
       *[other] { $count } imagens
    })?
button-no-thanks = Não precisa mais
approval-prompt = “{ $prompt }”.
approval-count =
    { $count ->
        [one] { $count } imagem.
        [many] { $count } de imagens.
       *[other] { $count } imagens.
    }
approval-draw = Posso desenhar? Um administrador do grupo decide.
approval-change = Posso mudar a imagem assim? Um administrador do grupo decide.
approval-member = Um membro
button-decline = Recusar
button-try-again = 🔁 Tentar de novo

## Fins sem imagem

cancelled = Pedido cancelado. { $left }
not-approved-declined = Sinto muito, os administradores preferem que “{ $prompt }” não seja desenhado neste grupo. { $left }
not-approved-unanswered = Nenhum administrador respondeu em um dia, então não desenho “{ $prompt }”. { $left }
failed-timeout = Sinto muito, a imagem não ficou pronta a tempo. { $left }
failed-unavailable = O serviço de imagens está fora do ar agora; em alguns minutos pode voltar. { $left }
failed-unknown-create = A conexão caiu enquanto eu pedia sua imagem, e não sei se o pedido chegou. { $left }
failed-moderated = O serviço de imagens não desenha esta descrição. Tente com outras palavras. { $left }
failed-moderated-pause = O serviço de imagens não desenha esta descrição. { $left }
failed-bad-input = O serviço de imagens não aceitou esta descrição. Tente com outras palavras. { $left }
failed-task-failed = O serviço de imagens não conseguiu desenhar isto. Uma segunda tentativa ou outras palavras podem funcionar. { $left }
failed-service-paused = O desenho está em pausa: meu dono tem algo a resolver com o serviço de imagens. Tente mais tarde, por favor. { $left }
failed-picture-lost = A imagem foi desenhada, mas não consegui buscá-la. { $left }
failed-not-sendable = A imagem foi desenhada, mas o Telegram não a aceitou. { $left }
failed-not-sent = A imagem foi desenhada, mas durante um dia inteiro não consegui entregá-la ao Telegram. { $left }
failed-not-allowed = A imagem foi desenhada, mas não posso enviar imagens neste grupo. Um administrador pode permitir isso, ou você pode pedir no privado. { $left }
failed-not-started = A imagem foi desenhada, mas eu não tinha para onde enviá-la. Abra nosso chat, toque em “Iniciar” e tente de novo. { $left }
failed-source-unavailable = Não consegui buscar a tempo no Telegram a imagem que você quer editar; em alguns minutos talvez eu consiga. { $left }
failed-source-gone = O Telegram não tem mais a imagem que você quer editar. Envie de novo, por favor. { $left }
failed-source-unknown-format = Não consegui ler a imagem que você quer editar: o arquivo não é de um tipo que conheço (JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP, TIFF). { $left }
failed-source-broken = Não consegui ler a imagem que você quer editar: o arquivo está danificado ou incompleto. Envie de novo ou envie uma captura de tela dela. { $left }
failed-source-moves = Essa imagem não consigo editar: ela se move, e eu só edito imagens paradas. Envie uma imagem do momento que você quer, por exemplo uma captura de tela. { $left }
failed-source-unusable = Não consegui ler a imagem que você quer editar. Envie de novo como foto, por favor. { $left }
failed-source-refused = O serviço de imagens não aceitou a imagem que você quer editar. Tente com outra ou descreva uma imagem com /imagine. { $left }
failed-edits-not-set-up = Aqui ainda não posso editar fotos: meu dono precisa configurar isso primeiro. As descrições eu desenho como sempre, com /imagine. { $left }
batch-none = Nenhuma das imagens chegou.
batch-partial = Você recebeu { $came } de { $size }; as outras:
left =
    { $left ->
        [0] Não contou, mas as imagens de hoje acabaram.
        [one] Não contou: você ainda tem { $left } imagem hoje.
        [many] Não contou: você ainda tem { $left } de imagens hoje.
       *[other] Não contou: você ainda tem { $left } imagens hoje.
    }
left-unlimited = Não contou.
left-paid = Não contou: sua imagem paga está de volta.

## Limites

notice-too-fast = É muita coisa de uma vez. Preciso de um minuto: até lá não respondo.
notice-not-kept = Não consigo guardar nada agora, então não aceitei isto nem contei nada. Envie de novo em alguns minutos, por favor. O que aceitei antes está a salvo.
notice-waits = Não consigo guardar nada agora, então isto espera. Não precisa enviar de novo: continuo por conta própria.
notice-unreadable = { internal-error }
notice-checkout = Agora não consigo receber seu pagamento, então nada foi cobrado. Tente de novo em alguns minutos, por favor.
word-banned = Isso eu não desenho aqui. Tente com outras palavras.
word-not-here = Os administradores deste grupo não querem isso aqui. Tente com outras palavras.
unsafe-pause = O serviço de imagens recusou várias das suas descrições, então não desenho para você por um tempo: no máximo uma hora. A pausa termina sozinha.
paused = ⏸ Estou em uma pausa e agora não começo imagens novas. As que estão a caminho vão chegar. Peça de novo mais tarde.
paused-because = ⏸ { $text }
unsafe-warning = Mais uma recusa como esta, e paro de desenhar para você por até uma hora.
quota-used =
    Você já usou { $daily ->
        [one] sua { $daily } imagem
        [many] todas as suas { $daily } de imagens
       *[other] todas as suas { $daily } imagens
    } de hoje. Haverá novas às <tg-time unix="{ $at }" format="t">00:00 UTC</tg-time>, daqui a { $wait }.
quota-none = Só os donos do bot podem desenhar.
quota-paid-only = As imagens aqui são pagas. Compre algumas e peça de novo.
queue-full =
    Você já tem { $pending ->
        [one] { $pending } imagem
        [many] { $pending } de imagens
       *[other] { $pending } imagens
    } a caminho. Espere uma ficar pronta ou cancele outra em /queue.
too-many-quota-used =
    Hoje você ainda tem { $left ->
        [one] { $left } imagem; peça uma, sem <code>--n</code>.
        [many] { $left } de imagens; peça com <code>--n { $left }</code>.
       *[other] { $left } imagens; peça com <code>--n { $left }</code>.
    }
too-many-group-quota-used =
    Hoje este grupo ainda tem { $left ->
        [one] { $left } imagem; peça uma, sem <code>--n</code>.
        [many] { $left } de imagens; peça com <code>--n { $left }</code>.
       *[other] { $left } imagens; peça com <code>--n { $left }</code>.
    }
too-many-member-share-used =
    Da sua parte do dia deste grupo { $left ->
        [one] resta { $left } imagem; peça uma, sem <code>--n</code>.
        [many] restam { $left } de imagens; peça com <code>--n { $left }</code>.
       *[other] restam { $left } imagens; peça com <code>--n { $left }</code>.
    } Haverá novas às <tg-time unix="{ $at }" format="t">00:00 UTC</tg-time>, daqui a { $wait }. Você também pode desenhar em um chat privado comigo.
too-many-queue-full =
    Você pode ter { $pending } imagens a caminho de uma vez, então agora { $left ->
        [one] cabe mais { $left }: peça uma, sem <code>--n</code>, ou espere.
        [many] cabem mais { $left } de imagens: peça com <code>--n { $left }</code>, ou espere.
       *[other] cabem mais { $left }: peça com <code>--n { $left }</code>, ou espere.
    }
too-many-pressed-quota-used =
    Hoje você ainda tem { $left ->
        [one] { $left } imagem, o que não basta para este botão. Para desenhar uma, envie a descrição.
        [many] { $left } de imagens, o que não basta para este botão. Para desenhá-las, envie a descrição com <code>--n { $left }</code>.
       *[other] { $left } imagens, o que não basta para este botão. Para desenhá-las, envie a descrição com <code>--n { $left }</code>.
    }
too-many-pressed-group-quota-used =
    Hoje este grupo ainda tem { $left ->
        [one] { $left } imagem, o que não basta para este botão. Para desenhar uma, envie a descrição.
        [many] { $left } de imagens, o que não basta para este botão. Para desenhá-las, envie a descrição com <code>--n { $left }</code>.
       *[other] { $left } imagens, o que não basta para este botão. Para desenhá-las, envie a descrição com <code>--n { $left }</code>.
    }
too-many-pressed-member-share-used =
    Da sua parte do dia deste grupo { $left ->
        [one] resta { $left } imagem, pouco para este botão. Para desenhar uma, envie a descrição ou fale comigo em privado.
        [many] restam { $left } de imagens, pouco para este botão. Para desenhar essas, envie a descrição com <code>--n { $left }</code> ou fale comigo em privado.
       *[other] restam { $left } imagens, pouco para este botão. Para desenhar essas, envie a descrição com <code>--n { $left }</code> ou fale comigo em privado.
    }
too-many-pressed-queue-full =
    Você pode ter { $pending } imagens a caminho de uma vez, então agora { $left ->
        [one] cabe mais { $left }, o que não basta para este botão. Espere um pouco ou envie a descrição.
        [many] cabem mais { $left } de imagens, o que não basta para este botão. Espere um pouco ou envie a descrição com <code>--n { $left }</code>.
       *[other] cabem mais { $left }, o que não basta para este botão. Espere um pouco ou envie a descrição com <code>--n { $left }</code>.
    }
quota =
    Usadas hoje: { $used } de { $daily }. Restantes: <b>{ $left }</b>.
    Haverá novas às <tg-time unix="{ $at }" format="t">00:00 UTC</tg-time>, daqui a { $wait }.
quota-unlimited =
    Hoje: { $used ->
        [one] { $used } imagem
        [many] { $used } de imagens
       *[other] { $used } imagens
    }. Você não tem limite.
quota-paid = Imagens pagas: <b>{ $balance }</b>. Vêm depois das grátis.
quota-extra = Imagens extras: <b>{ $balance }</b>. Vêm depois das do dia.

quota-group =
    Usadas hoje neste grupo: { $used } de { $daily }. Restantes: <b>{ $left }</b>.
quota-share =
    Usadas da sua parte: { $used } de { $daily }. Restantes: <b>{ $left }</b>.

## Grupos

group-edit-hint = <i>Para editar a imagem, responda com /imagine e o que mudar, ou toque em “Editar”.</i>
hello-group =
    Oi! Eu desenho imagens: <code>/imagine um farol na tempestade</code>. Responda a uma foto ou a uma imagem minha com <code>/imagine que seja noite</code>, e eu edito a imagem.

    Os administradores escolhem em /settings quem pode desenhar e quanto.
group-nobody = Neste grupo o desenho está desativado. Os administradores podem mudar isso em /settings.
group-admins-only = Neste grupo só os administradores podem desenhar. Eles podem mudar isso em /settings.
group-quota-used =
    Este grupo já usou { $daily ->
        [one] sua { $daily } imagem
        [many] todas as suas { $daily } de imagens
       *[other] todas as suas { $daily } imagens
    } de hoje. Haverá novas às <tg-time unix="{ $at }" format="t">00:00 UTC</tg-time>, daqui a { $wait }. Você também pode desenhar em um chat privado comigo.
member-share-used =
    Sua parte do dia deste grupo acabou: { $daily ->
        [one] { $daily } imagem
        [many] { $daily } de imagens
       *[other] { $daily } imagens
    }. Haverá novas às <tg-time unix="{ $at }" format="t">00:00 UTC</tg-time>, daqui a { $wait }. Você também pode desenhar em um chat privado comigo.
settings-group =
    <b>O desenho neste grupo</b>
    De cima para baixo: quem pode desenhar, imagens por dia para todos juntos, o formato quando nenhum é indicado, meu idioma.
settings-group-more =
    <b>Mais configurações deste grupo</b>
    Parte: quantas imagens por dia cada membro pode ter.
    Histórico comum: <code>/history todas</code> mostra as imagens de todos.
    Imagens ocultas: aparecem ao toque.
    Aprovação: uma imagem só é desenhada se um administrador concordar.

    ✓ marca o que está ativado. /words bloqueia palavras aqui.
settings-private = Suas próprias configurações: /ratio para o formato, /language para o idioma, /unsubscribe se não quiser novidades. /settings é para grupos.
private-only = Peça isso no <a href="{ $link }">nosso chat privado</a>.
button-who-all = Todos
button-who-admins = Só admins
button-who-nobody = Ninguém
button-daily = { $daily } por dia
button-daily-each = { $daily } cada
button-daily-any = Sem partes: por ordem
button-language-each = Com cada pessoa no idioma dela
button-shared-history = Histórico comum
button-spoiler = Ocultas
button-approval = Aprovação
words-none = Neste grupo não há palavras bloqueadas. <code>/words adicionar exemplo</code> bloqueia uma.
words-list =
    <b>Bloqueadas neste grupo</b>: { $words }

    <code>/words adicionar exemplo</code> bloqueia uma palavra ou frase, <code>/words remover exemplo</code> permite de novo.
words-how = Envie <code>/words adicionar exemplo</code> ou <code>/words remover exemplo</code>, com uma palavra ou frase de até { $length } caracteres.
words-full = Este grupo tem { $limit } palavras bloqueadas, e não consigo guardar mais. Remova uma antes: /words mostra todas.
words-added = Bloqueado neste grupo: { $word }
words-known = Já estava bloqueado: { $word }
words-removed = Não está mais bloqueado neste grupo: { $word }
words-unknown = Não estava bloqueado neste grupo: { $word }
words-private = /words é para grupos: lá os administradores bloqueiam palavras.

## Botões abaixo de uma imagem

offer-again = 🔁 De novo
offer-shapes = 📐 Formato
offer-edit = ✏️ Editar
offer-original = 📎 Original
offer-undo = ↩️ Antes
offer-redo = ↪️ Depois
offer-copy = 📋 Copiar descrição
offer-four = ×4 Mais quatro
offer-share = ↗️ Compartilhar
offer-more = ⋯ Mais
offer-favourite = ☆ Favorita
offer-not-favourite = ★ Favorita
offer-delete = 🗑 Apagar
button-delete-sure = 🗑 Sim, apagar
button-delete-keep = « Manter
offer-styles = 🎭 Estilo
offer-vary = 🎲 Variar
offer-sticker = 🩹 Figurinha
offer-group-photo = 🖼 Foto do grupo
button-back = « Voltar
delete-sure = Apagar esta imagem?
delete-sure-edits = Apagar esta imagem? As imagens feitas a partir dela ficam, e “Antes” abaixo delas continua a mostrá-la.
deleted = Imagem apagada.
deleted-message-stays = Não guardo mais esta imagem, mas o Telegram já não me deixa remover a mensagem. Você ainda pode apagá-la.
deleted-message-stays-group = Não guardo mais esta imagem, mas o Telegram já não me deixa remover a mensagem. Um administrador deste grupo pode apagá-la.
undone = Como era.
undo-impossible = Não consigo mostrar essa imagem aqui; ela continua onde você a enviou.
hidden-file = 🙈 Em um arquivo compactado, para que a imagem fique oculta até você abrir.
original-expired = Os originais são guardados por cerca de um dia, e este já não existe. A imagem em si ainda pode ser salva pelo chat.
original-later = Não consigo obter o original neste momento: o serviço de imagens não responde. Toque de novo em alguns minutos, por favor.
cut-from-grid = <i>Recortada da grade: o tamanho completo é guardado por cerca de um dia.</i>
cut-for-now = <i>Recortada da grade, porque o serviço de imagens não responde neste momento. Toque no número de novo mais tarde para o tamanho completo.</i>
single-lost = Esta imagem não existe mais, nem aqui nem no serviço de imagens. Toque em ×4 para desenhar outras.
picture-lost = Esta imagem não existe mais, nem aqui nem no serviço de imagens. Para desenhá-la de novo, envie a descrição: <code>{ $prompt }</code>
which-one = Qual delas? Ponha primeiro o número, de 1 a { $most }, por exemplo: <code>2 { $example }</code>
which-one-example = que seja noite
group-photo-right = Não posso mudar a foto deste grupo. Faça de mim um administrador com a permissão “Alterar informações do grupo” e toque de novo.
group-photo-not-yours = Só um administrador com a permissão “Alterar informações do grupo” pode mudar a foto deste grupo.
group-photo-later = O Telegram não aceita a foto do grupo neste momento. Toque de novo em alguns minutos, por favor.
group-photo-refused = O Telegram não aceita esta imagem como foto do grupo. Tente com outra, por favor.
group-photo-hidden = A foto de um grupo não pode ficar oculta, então não uso uma imagem oculta.

## /history

history-empty = Ainda não há imagens aqui. Envie /imagine para desenhar a primeira.
search-empty = Nenhuma das suas imagens daqui tem “{ $words }” na descrição. /history mostra todas.
search-empty-all = Nenhuma imagem deste grupo tem “{ $words }” na descrição. <code>/history todas</code> mostra todas.
history-not-shared = Este grupo não tem um histórico comum. Os administradores podem ativá-lo em /settings.
favourites-empty = Ainda não há favoritas aqui. Toque em ☆ abaixo de uma imagem sua, e ela aparecerá aqui.
page-of-search = 🔎 { $words }
page-of-favourites = ★ Favoritas
page-of-all = 👥 As imagens de todos
page-by = 👤 { $name }
history-page =
    { $prompt }

    <tg-time unix="{ $at }" format="D">{ $when }</tg-time> · { $number } de { $total }
history-page-recent =
    { $prompt }

    <tg-time unix="{ $at }" format="r">{ $when }</tg-time> · { $number } de { $total }
history-today = hoje, { $time } UTC
history-yesterday = ontem, { $time } UTC
history-date = { DATETIME($date, dateStyle: "long") }

## Em qualquer chat e como convidado

inline-prompt = <i>{ $prompt }</i>
inline-draw = 🎨 Desenhar, { $ratio }
inline-ready = Toque em “Desenhar” e a imagem aparece aqui.
inline-dropped = Certo, não desenho.
inline-describe = Descreva o que desenhar
inline-unclear = Tire as opções e posso desenhar
inline-too-long = Isso é longo demais aqui: peça no nosso chat
inline-not-yours = Não tenho nenhuma imagem sua assim
inline-picture-gone = O Telegram não tem mais esta imagem
inline-start-first = Para desenhar aqui preciso primeiro de um chat com você: abra-o, toque em “Iniciar” e depois em “Desenhar”.
inline-elsewhere = A imagem está pronta, mas este chat não me deixa mostrá-la. Ela está no nosso chat.
inline-elsewhere-stored = A imagem está pronta, mas este chat não me deixa mostrá-la. Para vê-la, toque em “{ button-open-in-chat }”.
inline-elsewhere-linked = A imagem está pronta, mas este chat não me deixa mostrá-la. <a href="{ $link }">Aqui está</a>, por uma hora.
button-draw-it = 🎨 Desenhar
button-change-it = 🎨 Editar
button-open-chat = Abrir nosso chat
button-draw-own = 🎨 Desenhar algo seu
button-open-in-chat = Abrir no chat
guest-title = Imagem
guest-accepted = Já comecei. A imagem aparece aqui ou, se este chat não me deixar mudar minha resposta, no <a href="{ $link }">nosso chat</a>.
guest-in-private = Você me mencionou em outro chat, mas não consegui terminar minha resposta lá. Vou enviar a imagem aqui.
guest-describe = Depois do meu nome, descreva o que desenhar, por exemplo “um farol na tempestade”, ou responda a uma imagem dizendo o que mudar.
guest-anonymous = Aqui só desenho para pessoas: escreva com seu próprio nome.

## /language e /forget

choose-language = Em que idioma devo falar com você? Agora: { $current }.
language-en = English
language-ru = Русский
language-es = Español
language-pt = Português
language-current-auto = o mesmo do Telegram
button-language-auto = Como no Telegram
language-saved = Vou falar português com você.
forget-sure =
    Apagar tudo o que guardo sobre você?
    Vão embora: o histórico, as descrições, as configurações, seus estilos, seus pacotes de figurinhas e o que está a caminho.
    Ficam: as mensagens deste chat, a contagem de hoje e, por uma hora, os horários das descrições recusadas.
    Para ter antes uma cópia, envie /export.
forget-keep-days =
    { $days ->
        [one] As descrições e as imagens são apagadas sozinhas depois de { $days } dia, menos as favoritas ★.
        [many] As descrições e as imagens são apagadas sozinhas depois de { $days } de dias, menos as favoritas ★.
       *[other] As descrições e as imagens são apagadas sozinhas depois de { $days } dias, menos as favoritas ★.
    }
forget-keeps-payments = Ficam também seus pagamentos e o que foi comprado com eles: os reembolsos precisam deles.
button-forget = Apagar tudo
button-keep = Manter
forgotten = Pronto. Só ficam a contagem de hoje e, por uma hora, os horários das descrições recusadas.
forget-kept = Nada foi apagado.

## /export

export-begun = Estou reunindo tudo o que guardo sobre você: imagens, descrições, configurações. Chega aqui em um arquivo, ou em vários se for muito.
export-too-soon = Você recebeu uma cópia há menos de uma hora. A próxima pode ser pedida daqui a { $wait }.
export-empty = Não guardo imagens nem descrições suas.
export-file =
    { $pictures ->
        [0] 📦 Não há imagens, mas há todas as descrições e datas: estão em { $file }.
        [one] 📦 { $pictures } imagem; as descrições e datas estão em { $file }.
        [many] 📦 { $pictures } de imagens; as descrições e datas estão em { $file }.
       *[other] 📦 { $pictures } imagens; as descrições e datas estão em { $file }.
    }
export-missing =
    { $pictures ->
        [one] { $pictures } imagem não pôde ser buscada no Telegram; { $file } diz por quê.
        [many] { $pictures } de imagens não puderam ser buscadas no Telegram; { $file } diz por quê.
       *[other] { $pictures } imagens não puderam ser buscadas no Telegram; { $file } diz por quê.
    }
export-next = A seguir, o arquivo { $number }.
export-failed = Sinto muito, não consegui entregar a cópia dos seus dados. Envie /export de novo mais tarde, por favor.

## Links para uma imagem

request-not-yours = Não posso mostrar a imagem deste link: ela é de outra pessoa ou foi apagada. Descreva uma, e eu desenho.
request-named = “{ $prompt }”
request-lost = Não tenho cópia desta imagem. Envie a descrição de novo, e eu desenho outra vez.
request-approval = Um administrador do grupo decide se eu desenho.

## /report

report-how = Responda com /report a uma imagem minha que não deveria estar aqui, e meu dono vai olhar. Se quiser, escreva depois do comando algumas palavras com o motivo.
report-sent = Obrigado. Meu dono recebe esta imagem e decide o que fazer.
report-known = Obrigado. Meu dono já tem esta imagem.
report-hidden = Obrigado. Meu dono já ocultou esta imagem.
report-gone = Não conheço mais esta imagem, então não posso repassar. Num grupo, um administrador pode apagar a imagem.
report-nobody = Aqui não há ninguém para receber a denúncia. Num grupo, um administrador pode apagar a imagem.
report-unread = Obrigado. Não consigo avisar meu dono agora. Num grupo, um administrador pode apagar a imagem na hora.
report-too-many =
    Obrigado por ficar de olho. Em um dia você denunciou { $limit ->
        [one] { $limit } imagem
        [many] { $limit } de imagens
       *[other] { $limit } imagens
    }, o máximo que repasso. Tente amanhã, por favor.
picture-hidden = Meu dono ocultou esta imagem.

## Compra de imagens

buy =
    ⭐ <b>Mais imagens</b>
    Primeiro são usadas suas imagens grátis do dia. As compradas vêm depois e não vencem.
buy-monthly =
    Uma assinatura traz { $units ->
        [one] { $units } imagem
        [many] { $units } de imagens
       *[other] { $units } imagens
    } por mês; o que sobra termina com ela.
buy-how = Escolha, e a fatura chega aqui. O pagamento é com Estrelas do Telegram; os termos estão em /terms.
buy-in-private = As imagens só são vendidas no nosso chat privado.
button-buy = ⭐ Comprar imagens
button-pack =
    { $units ->
        [one] { $units } imagem
        [many] { $units } de imagens
       *[other] { $units } imagens
    } · { $stars } ⭐ (a { $each })
button-pack-monthly = 🔁 { $units } por mês · { $stars } ⭐ (a { $each })
button-subscribe = 🔁 Assinar · { $stars } ⭐
subscribe =
    { $units ->
        [one] { $units } imagem
        [many] { $units } de imagens
       *[other] { $units } imagens
    } por mês por { $stars } ⭐. O Telegram renova a cada 30 dias até você cancelar, em /balance ou nas configurações do Telegram. O botão abre a fatura.
invoice-title =
    { $units ->
        [one] { $units } imagem
        [many] { $units } de imagens
       *[other] { $units } imagens
    }
invoice-title-monthly =
    { $units ->
        [one] { $units } imagem por mês
        [many] { $units } de imagens por mês
       *[other] { $units } imagens por mês
    }
invoice-title-gift =
    { $units ->
        [one] Presente: { $units } imagem
        [many] Presente: { $units } de imagens
       *[other] Presente: { $units } imagens
    }
invoice-description = Vêm depois das suas imagens grátis do dia e não vencem.
invoice-description-monthly = Renovada a cada 30 dias até você cancelar. O que sobra termina com a assinatura.
invoice-description-gift = Depois do pagamento você recebe um link para passar. As imagens são de quem abrir primeiro.
invoice-refused = O Telegram não aceita esta fatura agora, e nada foi cobrado. Tente de novo em alguns minutos, por favor.
checkout-unknown-order = Não conheço esta fatura, então nada foi cobrado. /buy faz uma nova.
checkout-other-user = Esta fatura é de outra pessoa, então nada foi cobrado. /buy faz uma para você.
checkout-paid = Esta fatura já foi paga, então nada mais foi cobrado. /balance mostra suas imagens.
checkout-subscribed = Você já tem uma assinatura, então nada mais foi cobrado. /balance mostra qual.
checkout-subscribing = Sua assinatura está sendo paga agora, então nada mais foi cobrado. Se não der certo, tente em um minuto, por favor.
checkout-changed = O preço desta fatura não está certo, então nada foi cobrado. /buy faz uma nova.
checkout-expired = Esta fatura tem mais de um dia, então nada foi cobrado. /buy faz uma nova.
checkout-banned = Meu dono bloqueou você aqui, então nada foi cobrado.
checkout-service-paused = Não consigo desenhar agora, então também não cobro. Nada foi cobrado; tente mais tarde, por favor.
checkout-not-stored = Não consigo guardar nada agora, então também não cobro. Nada foi cobrado; tente em alguns minutos, por favor.
paid =
    ✅ Obrigado! { $units ->
        [one] { $units } imagem é sua e não vence.
        [many] { $units } de imagens são suas e não vencem.
       *[other] { $units } imagens são suas e não vencem.
    }
paid-monthly =
    ✅ Obrigado! { $units ->
        [one] { $units } imagem é sua
        [many] { $units } de imagens são suas
       *[other] { $units } imagens são suas
    } até <tg-time unix="{ $at }" format="D">{ $when }</tg-time>. Depois o Telegram renova a assinatura; /balance cancela.
paid-renewed =
    🔁 Sua assinatura foi renovada: { $units ->
        [one] { $units } imagem é sua
        [many] { $units } de imagens são suas
       *[other] { $units } imagens são suas
    } até <tg-time unix="{ $at }" format="D">{ $when }</tg-time>. /balance cancela.
paid-left = Imagens pagas agora: <b>{ $balance }</b>.
extra-left = Imagens extras agora: <b>{ $balance }</b>. Vêm depois das do dia.
paid-go-on = Se precisei recusar uma imagem, peça de novo: envie a descrição ou toque no botão mais uma vez.
paid-gift =
    🎁 Obrigado! Aqui está o presente: { $units ->
        [one] { $units } imagem
        [many] { $units } de imagens
       *[other] { $units } imagens
    } para quem abrir primeiro este link. Ele funciona uma vez só.
    { $link }
paid-unknown = Não sei para que foi seu pagamento de { $stars } ⭐, então vou devolver. /buy mostra o que há.
paid-receipt = { $stars } ⭐, pagamento <code>{ $charge }</code>. Algo errado? /paysupport
button-pass-on = ↗️ Passar adiante

## Termos e saldo

terms =
    <b>Termos das imagens compradas</b>
    1. O pagamento é com Estrelas do Telegram. Uma imagem paga é um desenho ou uma mudança numa foto.
    2. Primeiro são usadas as imagens grátis do dia. As compradas não vencem; as de uma assinatura terminam dois dias depois do mês pago.
    3. Uma imagem que não chega não conta: volta sozinha para o seu saldo.
    4. O serviço de imagens recusa algumas descrições. Isso também não conta, e não é motivo de reembolso.
    5. Algo errado com um pagamento? /paysupport. Com o reembolso, as imagens desse pagamento são retiradas.
    6. Os pagamentos são guardados enquanto um reembolso puder precisar deles, também depois de /forget.
    7. Quem vende é meu dono. O suporte do Telegram não pode ajudar com estas compras.
terms-link = Os termos das imagens compradas: { $link }
terms-contact = Contato: { $contact }
terms-ask = Antes da primeira compra: você concorda? Então a fatura chega.
terms-agreed = ✓ Você concordou com isto.
button-agree = ✓ Concordo
balance = <b>Suas imagens</b>
balance-free = Grátis hoje: <b>{ $left }</b> de { $daily }. Haverá novas daqui a { $wait }.
balance-free-unlimited = Grátis: sem limite.
balance-paid = Pagas: <b>{ $balance }</b>.
balance-below = Pagas: <b>{ $balance }</b>. Imagens reembolsadas já tinham sido usadas; acima de zero, as pagas continuam.
balance-monthly-active = 🔁 Assinatura: { $units } por mês por { $stars } ⭐, paga até <tg-time unix="{ $at }" format="D">{ $when }</tg-time>. Depois é renovada.
balance-monthly-canceled = 🔁 Assinatura: { $units } por mês por { $stars } ⭐, paga até <tg-time unix="{ $at }" format="D">{ $when }</tg-time>. Não é renovada.
balance-monthly-failed = 🔁 Assinatura: { $units } por mês por { $stars } ⭐, paga até <tg-time unix="{ $at }" format="D">{ $when }</tg-time>. O Telegram não conseguiu cobrar o próximo pagamento.
balance-movements = <b>Últimas mudanças</b>
movement-bought = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, compra
movement-renewed = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, assinatura
movement-granted = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, do meu dono
movement-received = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, presente
movement-spent = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, desenho
movement-given-back = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, sem desenho
movement-taken-back = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, reembolso
movement-restored = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, sem reembolso
movement-expired = <tg-time unix="{ $at }" format="d">{ $when }</tg-time>: { $change }, vencimento
button-subscription-cancel = ✕ Cancelar a assinatura
button-subscription-resume = 🔁 Renovar de novo
subscription-cancelled = A assinatura não é mais renovada. As imagens dela continuam suas até <tg-time unix="{ $at }" format="D">{ $when }</tg-time>, e mais dois dias. Para ativar de novo: /balance.
subscription-resumed = A assinatura continua. O próximo pagamento é em <tg-time unix="{ $at }" format="D">{ $when }</tg-time>.
subscription-failed = O Telegram não conseguiu cobrar { $stars } ⭐ pela sua assinatura. As imagens dela ficam por dois dias. Confira, por favor, suas Estrelas no Telegram, ou assine de novo: /buy.
subscription-yourself = Só você pode ativar de novo: nas configurações do Telegram, em “Minhas Estrelas”.
subscription-over = Não há nenhuma assinatura ativa. /buy tem uma.
subscription-later = O Telegram não aceita isto agora. Toque de novo em alguns minutos, por favor.

## Presentes e /paysupport

gift =
    🎁 <b>Dar imagens de presente</b>
    Escolha um pacote. Depois do pagamento você recebe um link; as imagens são de quem abrir primeiro.
gift-received =
    🎁 Você ganhou { $units ->
        [one] { $units } imagem!
        [many] { $units } de imagens!
       *[other] { $units } imagens!
    } Elas vêm depois das imagens grátis do dia. Descreva algo, e eu desenho.
gift-opened =
    🎁 Abriram seu presente: { $units ->
        [one] { $units } imagem.
        [many] { $units } de imagens.
       *[other] { $units } imagens.
    }
gift-used = Este presente já foi aberto, e cada um funciona uma vez só. /buy tem mais imagens.
gift-unknown = Não conheço este presente. Peça o link de novo, por favor.
gift-withdrawn = Este presente foi reembolsado, então não funciona mais.
gift-own = Este presente é seu, e ninguém abriu ainda. Passe o link adiante.
gift-taken-back = Um presente que você abriu foi reembolsado, então as imagens dele são retiradas.
granted =
    🎁 Meu dono dá a você { $units ->
        [one] { $units } imagem.
        [many] { $units } de imagens.
       *[other] { $units } imagens.
    }
paysupport = De que pagamento se trata? Toque nele e diga o que está errado: meu dono decide sobre o reembolso.
paysupport-none = Você não fez nenhum pagamento aqui. /buy mostra o que há.
paysupport-contact = Você também pode escrever para meu dono: { $contact }
button-charge = { DATETIME($date, dateStyle: "medium") } · { $stars } ⭐
paysupport-reason = 🧾 O que está errado com { $stars } ⭐, pagamento <code>{ $charge }</code>? Responda a esta mensagem.
paysupport-placeholder = O que deu errado
paysupport-words = Diga com palavras, por favor: responda à minha pergunta com um texto, e ele chega ao meu dono.
paysupport-asked = Obrigado. Meu dono decide, e a decisão chega aqui.
paysupport-unread = Guardei o pedido, mas não consigo avisar meu dono agora.
paysupport-waits = Meu dono já tem este pagamento; a decisão chega aqui.
paysupport-begun = Este reembolso está a caminho.
paysupport-refunded = Este pagamento já foi reembolsado.
paysupport-declined = Meu dono olhou seu pagamento de { $stars } ⭐ e não faz o reembolso.
paysupport-refused = O Telegram não fez o reembolso de { $stars } ⭐, então as imagens continuam suas.
paysupport-kept = O Telegram não fez o reembolso de { $stars } ⭐. Meu dono sabe disso.
refunded = ↩️ { $stars } ⭐ foram reembolsadas, e as imagens desse pagamento foram retiradas. Imagens pagas agora: <b>{ $balance }</b>.
refunded-below = Algumas já tinham sido usadas, então o número está abaixo de zero. As grátis continuam como sempre; acima de zero, as pagas também.
refunded-monthly = A assinatura não se renova mais.
refunded-gift = ↩️ { $stars } ⭐ foram reembolsadas. O link do seu presente não funciona mais.
refunded-nothing = ↩️ { $stars } ⭐ foram reembolsadas.

## O menu de comandos

command-imagine = Desenhar ou editar uma imagem
command-history = Suas imagens daqui
command-favorites = Suas imagens favoritas daqui
command-queue = O que está sendo desenhado e o que espera
command-quota = Quantas imagens ainda restam hoje
command-buy = Mais imagens, com Estrelas do Telegram
command-balance = Suas imagens grátis e pagas
command-ratio = Seu formato habitual
command-style = Estilos para suas imagens
command-language = Idioma
command-help = O que sei fazer
command-report = Denunciar uma imagem minha
command-export = Uma cópia de tudo o que guardo sobre você
command-forget = Apagar o que guardo sobre você
command-admin = Tudo para administradores, com botões
command-stats = Como vai tudo, em números
command-find = Encontrar alguém
command-user = Tudo sobre uma pessoa
command-limit = Um limite diário para uma pessoa
command-pause = Não aceitar pedidos novos
command-resume = Aceitar pedidos de novo
command-audit = O que os administradores fizeram
command-ban = Bloquear uma pessoa ou um chat
command-unban = Desbloquear
command-banword = Proibir uma palavra
command-unbanword = Permitir de novo uma palavra
command-broadcast = Enviar uma mensagem a todos
command-refund = Reembolsar um pagamento
command-grant = Dar imagens a alguém
command-settings = Quem pode desenhar aqui e quanto
command-words = Palavras bloqueadas aqui

## /queue

queue-empty = Nada está na espera e nada está sendo desenhado. Envie /imagine para começar.
queue-empty-group = Neste grupo nenhuma imagem sua está a caminho. Envie /imagine para começar.
queue-title = <b>Suas imagens a caminho</b>
queue-running = { $number }. 🎨 { $prompt }
queue-asked = { $number }. ❓ { $prompt } (você ainda quer?)
queue-approval = { $number }. ❓ { $prompt } (um administrador decide)
queue-waiting = { $number }. ⏳ { $prompt } (número { $place } da fila)
button-cancel-listed = ✕ { $prompt }
button-listed-cancelled = Cancelada: { $prompt }
button-listed-done = Pronta: { $prompt }
button-listed-failed = Falhou: { $prompt }

## /ratio

ratio-choose = Que formato devo usar quando você não indica um? Agora: { $current }.
ratio-current-ask = pergunto toda vez
ratio-saved = De agora em diante desenho em { $ratio }. /ratio muda isso.
ratio-reset = De agora em diante pergunto o formato toda vez.
button-ratio-ask = Perguntar toda vez
button-ratio-ask-group = Perguntar toda vez

## Avisos breves

toast-accepted = Pode deixar!
toast-repeated = Já estou desenhando.
toast-needs-approval = Primeiro um administrador do grupo decide.
toast-approval-changed = A descrição mudou. Responda à nova pergunta, por favor.
toast-cancelled = Cancelada
toast-declined = Recusada
toast-cancel-again = Já estou desenhando. Para cancelar, toque de novo.
toast-too-late = Tarde demais para cancelar: a imagem está pronta.
toast-over-cancelled = Nada a cancelar: já foi cancelada.
toast-over-done = Nada a cancelar: já está pronta.
toast-over-failed = Nada a cancelar: esta falhou.
toast-not-yours = Só quem pediu pode tocar nisto.
toast-old = Este botão é antigo demais. Envie sua mensagem de novo, por favor.
toast-new-buttons = Este botão é antigo demais. Há novos em /{ $command }.
toast-old-again = Este botão é antigo demais. Para desenhar isto de novo, envie /imagine com a descrição.
toast-old-edit = Este botão é antigo demais. Para editar a imagem, responda a ela com /imagine e o que mudar.
toast-old-original = Este botão é antigo demais, e o original já não existe. A imagem em si ainda pode ser salva pelo chat.
toast-old-before = Este botão é antigo demais. Procure a imagem anterior mais acima neste chat.
toast-old-deleted = Não guardo mais esta imagem. Você pode apagar a mensagem.
toast-old-pick = Este botão é antigo demais, e já não tenho a imagem. A grade ainda pode ser salva pelo chat.
toast-old-try = Este botão é antigo demais, e já não tenho suas palavras. Envie de novo com /imagine, por favor.
toast-original = Buscando o original…
toast-favourite = ★ Guardada. /favorites mostra todas.
toast-not-favourite = ☆ Não é mais favorita.
toast-old-sticker = Este botão é antigo demais. Para fazer uma figurinha, desenhe a imagem de novo com /imagine.
toast-sticker = Fazendo uma figurinha…
toast-sticker-sent = Já enviei.
toast-group-photo = Mudando a foto do grupo…
toast-newest = Esta é a mais nova.
toast-oldest = Esta é a mais antiga.
toast-asked = Já perguntei: o que devo mudar?
toast-before = Já enviei: está mais abaixo.
toast-saved = Salvo
toast-admins-only = Só os administradores deste grupo podem fazer isso.
toast-invoice-sent = Já enviei: está mais abaixo.
toast-prices-changed = Os preços mudaram desde então. /buy tem os novos.
toast-refund-begun = O reembolso está a caminho.
toast-refund-declined = Reembolso recusado. Eu aviso.

## Erros

internal-error = Algo deu errado do meu lado; meu dono vai ver. Tente de novo em um minuto, por favor.

## Para os administradores do bot

alarm-key = ⚠️ O serviço de imagens não aceita a chave do bot (GPTUNNEL_API_KEY). Os pedidos esperam; nada é desenhado até a chave funcionar.
alarm-money = ⚠️ O saldo no serviço de imagens acabou. Os pedidos esperam; nada é desenhado até ele ser recarregado.
alarm-disk = ⚠️ O banco de dados não aceita gravações (um disco está cheio, só permite leitura ou está falhando, ou o servidor dele está fora do ar; o log diz qual). Pedidos novos são recusados; os aceitos esperam e continuam sozinhos assim que ele voltar a aceitar.
alarm-bucket = ⚠️ O bucket para fotos (SOURCE_BUCKET) não pode ser usado; o log diz por quê. As fotos são enviadas de outra forma ou esperam. <code>imagine-bot check</code> testa o bucket.
alarm-missed-payments = ⚠️ A lista do Telegram tem pagamentos ou reembolsos de que nenhuma atualização me avisou. Já anotei, então todos os saldos estão certos; o log diz quais são. Se acontecer de novo, descubra, por favor, por que atualizações se perdem.
alarm-deductions = ⚠️ Saíram ⭐ do meu saldo, e a lista do Telegram não diz por qual pagamento: talvez alguém tenha recebido de volta o dinheiro das suas ⭐. O log tem a quantia. Não retirei nenhuma imagem.
alarm-payment = ⚠️ Não foi possível registrar um pagamento; o log diz por quê. Nada se perde: o bot tenta de novo e de novo, também depois de reiniciar.
alarm-backup = ⚠️ Não foi possível fazer a cópia de hoje do banco de dados (BACKUP_DIR); o log diz por quê. O bot continua funcionando e tenta de novo em três horas. Verifique o disco, por favor: até lá, a última cópia boa tem mais de um dia.
source-way-refused =
    ⚠️ O serviço de imagens não aceita fotos { $refused ->
        [link] como link para este bot. Verifique, por favor, se PUBLIC_URL com o caminho /source/ é acessível pela internet.
        [bucket] como link para o bucket. Verifique, por favor, se o servidor de SOURCE_BUCKET é acessível pela internet.
       *[data] dentro da requisição.
    }
    As fotos ainda podem ser editadas: agora são enviadas { $works ->
        [link] como link para este bot (PUBLIC_URL).
        [bucket] como link para o bucket (SOURCE_BUCKET).
       *[data] dentro da requisição.
    }
source-ways-refused = ⚠️ As fotos não podem ser editadas: o serviço de imagens não aceita nenhuma das que envio. Ele precisa de links acessíveis pela internet. Defina PUBLIC_URL (um endereço https deste bot) ou SOURCE_BUCKET (um bucket S3), teste com <code>imagine-bot check</code> e me reinicie, por favor. As imagens por descrição funcionam como antes.
low-balance =
    ⚠️ { $balance ->
        [one] Resta { $balance } rublo
        [many] Restam { $balance } de rublos
       *[other] Restam { $balance } rublos
    } no serviço de imagens. Recarregue o saldo, por favor.
ban-how = Envie /ban com o id de uma pessoa ou de um chat, por exemplo <code>/ban 12345</code>. Administradores não podem ser bloqueados.
banword-how = Envie /banword com uma palavra, por exemplo <code>/banword exemplo</code>.
banned = Na lista de bloqueio: { $subject }
unbanned = Não está mais na lista de bloqueio: { $subject }
not-banned = Não estava na lista de bloqueio: { $subject }
report-title = 🚩 <b>Uma imagem denunciada</b>
report-prompt = <i>{ $prompt }</i>
report-author = Desenhada para: <a href="tg://user?id={ $id }">{ $id }</a>
report-author-chat = Desenhada para: um canal ou um administrador anônimo ({ $id }). O bloqueio vale para todo esse chat.
report-reporter = Denunciada por: <a href="tg://user?id={ $id }">{ $name }</a> ({ $id })
report-reporter-chat = Denunciada por: { $name } ({ $id }), um canal ou um administrador anônimo
report-in-group = Grupo: { $title }
report-in-private = No chat privado comigo
report-reason = Motivo: { $reason }
report-decided-hide = 🙈 Oculta por decisão de { $admin }, <tg-time unix="{ $at }" format="Dt">{ $when }</tg-time>
report-decided-ban = 🚫 Oculta, com bloqueio de quem pediu, por decisão de { $admin }, <tg-time unix="{ $at }" format="Dt">{ $when }</tg-time>
report-decided-fine = ✅ Fica como está por decisão de { $admin }, <tg-time unix="{ $at }" format="Dt">{ $when }</tg-time>
report-message-stays = Oculta. O Telegram não me deixa apagar todas as mensagens com ela, então tirei os botões. Um administrador do grupo pode apagá-las.
report-of-admin = Esta imagem é de um administrador, e administradores não podem ser bloqueados. Você pode ocultar a imagem.
report-deleted = Esta denúncia não existe mais: quem pediu a imagem apagou todos os dados, ou a decisão é antiga. /ban com o id ainda funciona.
button-report-hide = 🙈 Ocultar
button-report-ban = 🚫 Bloquear
button-report-fine = ✅ Tudo bem
toast-report-hide = Oculta.
toast-report-ban = Oculta, e quem pediu está na lista de bloqueio.
toast-report-fine = Fica como está.
toast-report-decided = Isto já foi decidido antes.
toast-bot-admins-only = Só os administradores do bot podem decidir isso.
refund-how = Envie /refund com o id de um pagamento, como na confirmação dele: <code>/refund 12345</code>
refund-unknown = Não conheço nenhum pagamento <code>{ $charge }</code>.
refund-begun = O reembolso de { $stars } ⭐ para <a href="tg://user?id={ $id }">{ $id }</a> está a caminho, pagamento <code>{ $charge }</code>. O resultado chega aqui.
refund-done = ↩️ Reembolso feito: { $stars } ⭐ para <a href="tg://user?id={ $id }">{ $id }</a>, pagamento <code>{ $charge }</code>.
refund-refused = ⚠️ O Telegram recusa o reembolso de { $stars } ⭐ para <a href="tg://user?id={ $id }">{ $id }</a>, pagamento <code>{ $charge }</code>; o log diz por quê. As imagens foram devolvidas.
refund-request-title = 💳 <b>Pedido de reembolso</b>
refund-request-by = De: <a href="tg://user?id={ $id }">{ $id }</a>
refund-request-payment = Pagamento: <code>{ $charge }</code>, { $stars } ⭐, <tg-time unix="{ $at }" format="Dt">{ $when }</tg-time>
refund-request-used = Imagens usadas: { $used } de { $units }
refund-request-reason = Motivo: { $reason }
refund-decided-refund = ↩️ Reembolso por decisão de { $admin }
refund-decided-decline = ✕ Recusa por decisão de { $admin }
button-refund = ↩️ Reembolsar
grant-how = Envie /grant com o id de uma pessoa e um número de imagens, por exemplo <code>/grant 12345 20</code>.
grant-done =
    { $units ->
        [one] Você deu { $units } imagem
        [many] Você deu { $units } de imagens
       *[other] Você deu { $units } imagens
    } a <a href="tg://user?id={ $id }">{ $id }</a>.
grant-left-paid = Imagens pagas lá agora: { $balance }.
grant-left-extra = Imagens extras lá agora: { $balance }.
grant-not-told = Ainda não consigo avisar: não há um chat aberto comigo.
limit-how = Envie /limit com o id de uma pessoa e um número de imagens por dia: <code>/limit 12345 50</code>. O id sozinho mostra o limite, e <code>/limit 12345 padrão</code> traz o padrão de volta. Administradores não têm limite.
limit-own = Imagens por dia de <a href="tg://user?id={ $id }">{ $id }</a>, um limite próprio: <b>{ $daily }</b>.
limit-usual = Imagens por dia de <a href="tg://user?id={ $id }">{ $id }</a>, o limite padrão: <b>{ $daily }</b>.
pause-begun = Em pausa: não aceito pedidos novos, e o que está a caminho continua. /resume termina a pausa. Os usuários veem:
pause-ended = ▶️ Aceito pedidos de novo.
pause-none = Não há pausa: aceito pedidos.
pause-too-long = O texto de uma pausa tem até { $limit } caracteres. Envie um mais curto.
admin-menu = 🛠 <b>Para administradores</b>
admin-menu-open = Aceito pedidos.
admin-menu-paused = Não aceito pedidos novos. Os usuários veem:
admin-menu-domain = Também há uma página de administração. Para ter o botão dela aqui, envie /setdomain ao @BotFather, escolha a mim e envie { $domain }
admin-menu-refused = Também há uma página de administração, mas o Telegram não aceita o botão dela: { $reason }. Verifique PUBLIC_URL, reinicie-me e envie /admin
button-admin-stats = 📊 Estatísticas
button-admin-find = 🔎 Encontrar alguém
button-admin-pause = ⏸ Pausa
button-admin-resume = ▶️ Retomar
button-admin-broadcast = 📣 Mensagem a todos
button-admin-audit = 🧾 Ações
button-admin-banword = 🚫 Bloquear palavra
button-admin-unbanword = ✅ Permitir palavra
button-admin-refund = ↩️ Reembolsar pagamento
button-admin-page = 🖥 Página de administração
button-admin-back = ‹ Voltar
admin-ask-find = Quem você procura? Responda com um nome, um nome de usuário ou um id.
admin-ask-pause = O que os usuários verão enquanto não aceito pedidos? Responda com o texto. Um ponto sozinho é a minha própria frase.
admin-ask-banword = Que palavra não devo desenhar? Responda com ela.
admin-ask-unbanword = Que palavra volta a ser permitida? Responda com ela.
admin-ask-refund = Que pagamento será reembolsado? Responda com o id, como aparece na confirmação.
admin-ask-limit = Quantas imagens por dia? Responda com um número, ou com “padrão” para o limite padrão.
admin-ask-grant = Quantas imagens extras? Responda com um número. Não dá para retirá-las depois.
admin-placeholder = Sua resposta
find-how = Envie /find com um nome, um nome de usuário ou um id: <code>/find ana</code>
find-none = Não conheço ninguém como “{ $words }”. Encontro quem me escreveu, por nome, nome de usuário ou id.
find-found = Usuários como “{ $words }”, primeiro os mais novos:
find-more = Há mais. Um nome mais longo encontra menos.
user-how = Envie /user com um id: <code>/user 12345</code>. /find o encontra.
user-title = 👤 <b><a href="tg://user?id={ $id }">{ $name }</a></b> <code>{ $id }</code>
user-title-chat = 👥 <b>{ $name }</b> <code>{ $id }</code>
user-since = Aqui desde { DATETIME($date, dateStyle: "medium") }, idioma { $language }
user-seen = Última vez: { DATETIME($date, dateStyle: "medium") }
user-left-bot = Me bloqueou, então não posso escrever lá.
user-banned = 🚫 Bloqueado pelos administradores: ignoro tudo o que vem de lá.
user-is-admin = Administrador do bot: sem limite diário.
user-today = Hoje: { $used } de { $daily }
user-own-limit = limite próprio
user-balance = Imagens pagas ou extras: { $balance }
user-requests = Pedidos: { $total }; imagens: { $used }, com falha: { $failed }, cancelados: { $cancelled }, a caminho: { $pending }
user-spent = Gasto com elas: { $roubles } ₽
user-stars = Pago aqui: { $stars } ⭐
user-last = <b>Os últimos pedidos</b>
user-request = { $mark } <tg-time unix="{ $at }" format="dt">{ $when }</tg-time> { $prompt }
button-user-limit = 📏 Limite
button-user-grant = 🎁 Dar
button-user-ban = 🚫 Bloquear
button-user-ban-sure = 🚫 Sim, bloquear
button-user-unban = ✅ Desbloquear
user-ban-sure = Bloquear { $id }? Vou ignorar tudo o que vier de lá até um administrador desfazer.
audit-title = <b>Ações dos administradores</b>: { $number }–{ $last } de { $total }
audit-of = Sobre <code>{ $id }</code>
audit-none = Nenhum administrador fez ainda algo que fique guardado aqui.
audit-when = <tg-time unix="{ $at }" format="dt">{ $when }</tg-time> <a href="tg://user?id={ $id }">{ $name }</a>:
audit-name = { $name }
audit-subject = <code>{ $id }</code>
audit-details = <i>{ $text }</i>
audit-kind-ban = 🚫 bloqueio
audit-kind-unban = ✅ desbloqueio
audit-kind-ban-word = 🚫 palavra bloqueada
audit-kind-unban-word = ✅ palavra permitida
audit-kind-grant = 🎁 imagens dadas
audit-kind-limit = 📏 limite diário
audit-kind-pause = ⏸ pausa
audit-kind-resume = ▶️ fim da pausa
audit-kind-refund = ↩️ reembolso
audit-kind-decline-refund = ✕ reembolso recusado
audit-kind-broadcast = 📣 transmissão
audit-kind-stop-broadcast = ✋ transmissão parada
audit-kind-report-hide = 🙈 imagem denunciada ocultada
audit-kind-report-ban = 🚫 imagem denunciada ocultada, autor bloqueado
audit-kind-report-fine = ✅ imagem denunciada mantida
stats-how = Envie /stats para todos os usuários, ou com um id para um: <code>/stats 12345</code>
stats-title = Estatísticas
stats-of-all = 30 dias, UTC
stats-of-user = Usuário { $id }, 30 dias, UTC
stats-periods = Hoje · 7 dias · 30 dias
stats-today = hoje
stats-week = 7 dias
stats-month = 30 dias
stats-active = Usuários ativos
stats-new = Novos
stats-returning = Já conhecidos
stats-requests = Pedidos
stats-pictures = Imagens
stats-failed = Com falha
stats-cancelled = Cancelados
stats-pending = A caminho
stats-seconds = Tempo até a imagem, segundos
stats-half = Mediana
stats-time = { $amount } s
stats-median = Mediana do tempo até a imagem
stats-p95 = 95 % em até
stats-spent = Gasto, rublos
stats-stars = Estrelas ganhas
stats-errors = Falhas em 30 dias
stats-error-timeout = demorou demais
stats-error-moderated = recusado: inseguro
stats-error-refused = pedido recusado
stats-error-service = serviço de imagens
stats-error-telegram = não entregue
stats-error-photo = foto de origem
stats-date = { DATETIME($date, dateStyle: "medium") }
button-stats-dark = 🌙 Escuro
button-stats-light = ☀️ Claro
button-stats-again = 🔄 Agora
grant-once = Esta mensagem já deu suas imagens; editá-la não dá mais. Para dar mais, envie um /grant novo.
admin-page-title = Página de administração
admin-page-sign-in-how = Abra nosso chat, envie /admin e toque em “🖥 Página de administração”. O Telegram pede sua confirmação e você volta para cá, com a sessão aberta por doze horas.
admin-page-open-chat = Abrir nosso chat
admin-page-refused = Essa entrada é antiga, já foi usada ou não vem do Telegram. Toque de novo no botão do nosso chat.
admin-page-no-sign-in = Agora não há como entrar, porque meu banco de dados não está disponível. Toque de novo no botão do nosso chat daqui a pouco.
admin-page-not-admin = Esta conta não é dos meus administradores: o id dela não está em ADMIN_IDS.
admin-page-lost = Agora não há conexão comigo. Continuo tentando.
admin-page-sign-out = Sair em todos os dispositivos
admin-page-skip = Ir para o conteúdo
admin-page-now = Agora
admin-page-paused = Não aceito novos pedidos. Todos veem:
admin-outage = O serviço de imagens não aceita pedidos: { $reason }
admin-state-waiting = Na fila
admin-state-drawing = Desenhando
admin-state-sending = Enviando
admin-page-nothing-open = Nada espera e nada está sendo desenhado.
admin-page-failures = Últimas falhas
admin-page-no-failures = Nenhuma entre os pedidos mais novos.
admin-page-broadcasts = Mensagens a todos
admin-page-no-broadcasts = Nenhuma ultimamente.
admin-broadcast-waits = 🕓 Sai { $when }
admin-page-users = Usuários
admin-page-find = Nome, nome de usuário ou id
admin-page-switches = Controles
admin-page-pause-text = Texto para todos (vazio: minha própria frase)
admin-page-word = Palavra
admin-page-limit = Imagens por dia (vazio: o limite normal)
admin-page-grant = Imagens extras
admin-page-done-before = Isto já foi feito antes, então nada mudou.
admin-page-not-done = Não funcionou. Confira o que você escreveu e tente de novo.
admin-page-not-now = Agora não há conexão comigo. Tente de novo daqui a pouco.

## Estilos

style-name-watercolor = Aquarela
style-name-ink = Nanquim
style-name-oil = Óleo
style-name-pencil = Lápis
style-name-lineart = Traço
style-name-poster = Cartaz
style-name-comic = Quadrinhos
style-name-anime = Animê
style-name-film = Foto analógica
style-name-3d = Render 3D
style-name-isometric = Isométrico
style-name-pixel = Pixelado
style-name-clay = Massinha
style-name-paper = Papel recortado
style-name-glass = Vitral
style-name-embroidery = Bordado
style-choose =
    <b>Os estilos</b> juntam algumas palavras em inglês às suas; elas aparecem abaixo da imagem. Toque em um, e de agora em diante desenho com ele. Agora: { $current }.

    Para uma só imagem: <code>uma raposa na neve estilo:nanquim</code>. Uma imagem sem seu estilo habitual: <code>estilo:nenhum</code>.
    O seu próprio, com _ no lugar das suas palavras: <code>/style salvar esboço esboço rápido de _, em papel velho</code>. <code>/style apagar esboço</code> apaga o estilo.
style-own = ✨ { $name }: <i>{ $words }</i>
style-current-none = nenhum
style-usual = De agora em diante desenho com o estilo { $name }: <i>{ $words }</i>. /style muda isso.
style-reset = De agora em diante desenho sem estilo.
style-card =
    { $name } junta estas palavras: <i>{ $words }</i>

    Para uma só imagem: <code>uma raposa na neve estilo:{ $written }</code>. Para todas, toque no botão. /style mostra os outros.
style-unknown = Não conheço o estilo “{ $name }”. /style mostra todos.
style-unknown-like = Não conheço o estilo “{ $name }”. Você quis dizer { $names }? /style mostra todos.
style-saved = Salvo.
style-deleted = Apagado: { $name }.
style-not-own = Você não tem um estilo próprio com o nome “{ $name }”. /style mostra todos.
style-delete-how = Qual? Envie também o nome: <code>/style apagar esboço</code>. /style mostra os seus.
style-save-how = Envie um nome e algumas palavras, com um só _ no lugar das suas: <code>/style salvar esboço esboço rápido de _, em papel velho</code>. Sem _ as palavras vêm depois das suas.
style-save-name = O nome de um estilo é uma palavra de até 16 letras e algarismos, por exemplo <code>/style salvar esboço esboço rápido de _, em papel velho</code>.
style-save-long = As palavras de um estilo têm no máximo 300 caracteres. Encurte, por favor.
style-save-flags = Um estilo só tem palavras. Tire opções como <code>--ar</code> e outros estilos, por favor.
style-full = Você tem { $limit } estilos próprios, e não consigo guardar mais. Apague um antes: /style mostra todos.
button-style-none-now = ✓ Sem estilo
button-style-usual = De agora em diante:
button-style-without = ✕ Sem um estilo
style-too-long = Com as palavras deste estilo a descrição passaria de { $limit } caracteres. Envie uma mais curta, por favor.

## Figurinhas

sticker-title = Minhas imagens
button-sticker-set = 🩹 Minhas figurinhas
sticker-hidden = Uma figurinha não pode ficar oculta, então não faço uma de uma imagem oculta.
sticker-hidden-group = Neste grupo as imagens ficam ocultas, e uma figurinha não pode ficar oculta. Abra a imagem <a href="{ $link }">no nosso chat privado</a> e toque em “Figurinha” lá.
sticker-picture-gone = O Telegram não tem mais esta imagem. Desenhe de novo, por favor.
sticker-later = O Telegram não aceita a figurinha neste momento. Toque de novo em alguns minutos, por favor.
sticker-refused = O Telegram não aceita esta imagem como figurinha. Tente com outra, por favor.
sticker-no-set = Seus pacotes de figurinhas estão cheios ou apagados. Toque de novo para ter um novo, por favor.
sticker-no-chat = Só posso guardar figurinhas para quem tem um chat comigo. Abra o <a href="{ $link }">nosso chat privado</a>, toque em “Iniciar” e depois em “Figurinha” de novo, por favor.
sticker-not-sent = Sua figurinha está pronta, mas aqui não posso enviar figurinhas. O botão abre o pacote.

## Envios a todos

broadcast-how =
    Responda a qualquer mensagem com /broadcast e todos recebem uma cópia: texto, foto, botões com links.
    Seus próprios botões vão abaixo do comando, um por linha: <code>Nosso canal https://…</code>
    Encaminhe a mensagem para mim antes: uma foto sua com legenda eu mudaria.
broadcast-album = Um álbum não pode ser copiado como uma só mensagem. Envie uma única imagem com o texto e responda a ela com /broadcast.
broadcast-not-copied = O Telegram não consegue copiar esta mensagem: { $reason }. Envie-a para mim de outra forma e responda a ela com /broadcast.
broadcast-preview = ☝️ É assim que chega.
broadcast-buttons-left =
    { $buttons ->
        [one] { $buttons } botão fica de fora: numa cópia só funcionam links e textos para copiar.
        [many] { $buttons } de botões ficam de fora: numa cópia só funcionam links e textos para copiar.
       *[other] { $buttons } botões ficam de fora: numa cópia só funcionam links e textos para copiar.
    }
broadcast-draft =
    📣 <b>Pessoas que a recebem: { $users }</b>
    Envie agora ou responda a esta mensagem com um horário: <code>18:00</code>, <code>amanhã 18:00</code>, <code>em 2 horas</code> ou <code>2026-12-01 18:00</code> ({ $zone }).
broadcast-waits = 🕓 <b>Sai <tg-time unix="{ $at }" format="Dt">{ $when }</tg-time></b>. Pessoas que a recebem por enquanto: { $users }. Responda com outro horário para mudar.
broadcast-next = 🕓 <b>É a próxima a sair.</b> Pessoas que a recebem por enquanto: { $users }.
broadcast-state-sending = 📣 <b>Saindo</b>: { $sent } de { $total } enviadas.
broadcast-state-done = ✅ <b>Pronto.</b> Enviadas: { $sent } de { $total }.
broadcast-state-stopped = ✋ <b>Parada.</b> Enviadas: { $sent } de { $total }.
broadcast-dropped = ✕ Não foi enviada.
broadcast-state-gone = ⚠️ <b>Encerrada: a mensagem original foi apagada.</b> Enviadas: { $sent } de { $total }. Para continuar, envie de novo.
broadcast-state-refused = ⚠️ <b>Encerrada: o Telegram recusa esta mensagem repetidamente</b>; o registro diz por quê. Enviadas: { $sent } de { $total }.
broadcast-count-unreachable = Não é possível escrever para: { $users }. De agora em diante ficam de fora.
broadcast-count-refused = Recusadas pelo Telegram: { $users }.
broadcast-count-unknown = Talvez tenham chegado: { $users }. A conexão ou o bot caiu durante o envio; não são enviadas duas vezes.
broadcast-over = Esta já foi enviada ou parada.
broadcast-time-unknown = Não entendo esse horário. Responda com um como <code>18:00</code>, <code>amanhã 18:00</code>, <code>em 2 horas</code> ou <code>2026-12-01 18:00</code> ({ $zone }).
broadcast-time-past = Esse horário já passou. Responda com um mais tarde, ou toque no botão para enviar agora.
broadcast-nobody = Ninguém a receberia. Escolha um idioma com usuários.
button-broadcast-send = 📣 Enviar agora
button-broadcast-drop = ✕ Não enviar
button-broadcast-stop = ✋ Parar
button-broadcast-refresh = 🔄 Atualizar
button-news-off = 🔕 Não quero mais
button-news-on = 🔔 Receber de novo
news-off = 🔕 Você não recebe mais novidades minhas; suas imagens chegam como sempre. /subscribe traz as novidades de volta.
news-on = 🔔 Você recebe minhas novidades de novo. /unsubscribe encerra isso.
forget-keeps-news-off = Também fica a escolha de não receber novidades, para que não cheguem.
