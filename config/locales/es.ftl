### Lo que dice Barnraiser, en español: de tú, breve y con cariño, sin reproches, y en lenguaje inclusivo y llano.
###
### Los comentarios de cada texto están en en.ftl, con los mismos identificadores.
### - `así` es un comando entero; ~así~ es algo que se escribe pero no es un comando entero; *así* va destacado.
### - Las líneas que empiezan con "- " forman una lista; las demás líneas de un texto son un solo párrafo.
### - Sin punto después de un comando. Los nombres de comandos y opciones no se traducen.
### - Palabras: ask = petición, pledge = compromiso, maybe = quizás, offer = oferta, gathering = encuentro,
###   convener = coordinación, digest = resumen, kept = cumplido, in hand = en marcha, hand back = devolver.

## Fechas

# Los nombres de los días.
date-weekday = { $weekday ->
    [1] lunes
    [2] martes
    [3] miércoles
    [4] jueves
    [5] viernes
    [6] sábado
   *[7] domingo
}

# Los nombres de los meses.
date-month = { $month ->
    [1] enero
    [2] febrero
    [3] marzo
    [4] abril
    [5] mayo
    [6] junio
    [7] julio
    [8] agosto
    [9] septiembre
    [10] octubre
    [11] noviembre
   *[12] diciembre
}

# Días y horas; las formas "inline" y "on" llevan el artículo.
date-short = { $day } de { $month }
date-short-year = { $day } de { $month } de { $year }
date-day = { $weekday } { $date }
date-day-inline = el { $weekday } { $date }
date-day-on = el { $weekday } { $date }
date-today = hoy, { $weekday } { $date }
date-tomorrow = mañana, { $weekday } { $date }
date-weekday-inline = el { $weekday }
date-weekday-on = el { $weekday }
date-today-short = hoy
date-tomorrow-short = mañana
date-with-time = { $date }, { $time }
# Lo que queda de una fecha "inline" u "on" donde la aplicación muestra el resto por sí misma.
date-lead-inline = { "el " }
date-lead-on = { "el " }

## Piezas de listas y tarjetas

# Algo que se elige de una lista corta mientras se rellena un comando, como "A12 · Dos lámparas".
choice-about = { $id } · { $about }
# Una fecha que se elige, tal como se entendió.
choice-when = { $when }

# Lo que separa piezas y elementos.
piece-separator = { " · " }
series-comma = { ", " }
series-and = { " y " }
series-or = { " o " }

# Las clases de ayuda.
kind-of-help = { $kind ->
    [intro] contacto
    [expertise] conocimientos
    [skill] habilidad
    [time] tiempo
    [space] espacio
    [goods] cosas
    [money] dinero
    [transport] transporte
    [care] cuidados
   *[voice] apoyo público
}

# Piezas de una línea.
piece-amounts = { $covered } de { $need }
piece-by = para { $by }
piece-private = privada
piece-anonymous = privada, sin nombre
piece-from = de { $name }

# Líneas de una lista.
list-ask = *{ $ask }* { $words } ({ $pieces })
list-ask-bare = *{ $ask }* { $words }
list-offer = *{ $offer }* { $words } ({ $pieces })
list-offer-bare = *{ $offer }* { $words }
list-more = { $count ->
    [one] Y una más.
   *[other] Y { $count } más.
}

# Etiquetas delante de lo que se repite.
label-what = Qué: { $what }
label-by = Para: { $by }
label-amount = Cantidad: { $amount }
label-first = Primer paso: { $first }
label-kind = Clase de ayuda: { $kind }

## Botones: de una a tres palabras

# Los mismos que en en.ftl, en el mismo orden.
button-done = Hecho
button-new-date = Nueva fecha
button-hand-back = Devolver
button-stop = Sin recordatorios
button-arrived = Sí, llegó
button-still-needed = Aún hace falta
button-pledge = Me comprometo
button-maybe = Quizás
button-no-longer-needed = Ya no hace falta
button-thanks = Dar las gracias
button-post = Publicar ya
button-hold = Retener
button-with-id = { $id }: { $label }

## Peticiones

# Respuestas a quien pide.
ask-recorded = *{ $ask }* queda anotada. Qué bien que lo pidas.
ask-recorded-private = Solo pueden leerla tú, la coordinación y las personas que inviten.
ask-recorded-anonymous = Solo pueden leerla tú, la coordinación y las personas que inviten, y solo la coordinación sabe que es tuya.
ask-recorded-next =
    - Si cambia algo: `edit { $ask } …`
    - Si ya no hace falta: `withdraw { $ask }`
ask-edited = *{ $ask }* ha cambiado, para todas las personas que pueden verla. Todo lo tuyo: `mine`
ask-withdrawn = { $released ->
    [0] *{ $ask }* ya no está en la lista. Si necesitas otra cosa, pídela cuando quieras: `ask …`
    [one] *{ $ask }* ya no está en la lista. La persona que se había comprometido sabrá que ya no hace falta, y que se lo agradecemos.
   *[other] *{ $ask }* ya no está en la lista. Los { $released } compromisos quedan libres; quienes los hicieron lo sabrán, con nuestro agradecimiento.
}
ask-still-open = *{ $ask }* sigue en la lista. Una nueva fecha ayuda a organizarse: `edit { $ask } by:…`

## Compromisos

# The same for an ask of their own: only they can say that it arrived.
own-done-recorded = *{ $pledge }* está hecho. Lo habías pedido tú, así que nadie más dirá si llegó. Cuando llegue: `confirm { $pledge }`
# Respuestas a quien ayuda.
pledge-recorded = ¡Gracias! Tu compromiso es *{ $pledge }*, para { $ask }.
pledge-recorded-for = ¡Gracias! Tu compromiso es *{ $pledge }*, para { $ask } de { $asker }.
pledge-recorded-amounts = { $ask } ya tiene { $covered } de { $need }.
pledge-recorded-nudges = { $nudges ->
    [0] No te enviaré recordatorios.
    [one] Te escribiré una vez, como mucho, sobre esto.
   *[other] Te escribiré { $nudges } veces, como mucho, sobre esto.
}
pledge-recorded-first = Con un primer paso es más fácil empezar: `adjust { $pledge } first:"…"`
pledge-recorded-next =
    - Cuando esté hecho: `done { $pledge }`
    - Otro día: `adjust { $pledge } by:…`
    - Si al final no puede ser, sin dar razones: `handback { $pledge }`
maybe-recorded = Anotado: tienes un quizás en *{ $ask }*. No es una promesa, y no te enviaré recordatorios.
    - Cuando sepas qué y para cuándo: `pledge { $ask } what:"…" by:…`
    - Para quitarlo, lo mismo otra vez: `maybe { $ask }`
maybe-dropped = Ya no tienes un quizás en *{ $ask }*. Lo que otras personas buscan: `needs`
done-recorded = { $days ->
    [0] ¡Estupendo, gracias! *{ $pledge }* está hecho. No tienes que hacer nada más.
    [one] ¡Estupendo, gracias! *{ $pledge }* está hecho. Pregunto si llegó; si en un día no hay respuesta, cuenta como cumplido. No tienes que hacer nada más.
   *[other] ¡Estupendo, gracias! *{ $pledge }* está hecho. Pregunto si llegó; si en { $days } días no hay respuesta, cuenta como cumplido. No tienes que hacer nada más.
}
part-recorded = ¡Gracias! *{ $pledge }*: { $done } de { $amount }, hecho. Lo que falta es para { $due }.
    También vale otro día: `adjust { $pledge } by:…`
pledge-adjusted = Gracias por avisar. *{ $pledge }* queda así:
reminders-stopped = Ya no te enviaré recordatorios de *{ $pledge }*. Sigue siendo tu compromiso.
    - Cuando esté hecho: `done { $pledge }`
    - Si al final no puede ser: `handback { $pledge }`
    - Para volver a recibirlos: `adjust { $pledge } nudges:on`
pledge-handed-back = { $done ->
    [0] Gracias por avisar. Has devuelto *{ $pledge }*, y { $ask } queda libre para otra persona. Lo que otras personas buscan: `needs`
   *[other] Gracias por avisar, y por lo que hiciste: { $done }, que siguen contando en *{ $pledge }*. El resto de { $ask } queda libre para otra persona. Lo que otras personas buscan: `needs`
}
confirm-recorded = ¡Qué alegría! *{ $pledge }* está cumplido. Unas palabras de agradecimiento hacen mucho bien: `thanks { $pledge } …`
still-needed-recorded = Gracias por avisar. *{ $pledge }* queda abierto otra vez, y quien ayuda lo sabrá, con amabilidad. Todo lo tuyo: `mine`
thanks-recorded = Tu agradecimiento por *{ $pledge }* está en camino. Todo lo tuyo: `mine`

## Botones soltados, palabras cambiadas

# Alguien quitó su pulsación, y lo que hizo queda, porque otras personas ya lo saben. Cómo arreglarlo.
stays-done = *{ $pledge }* queda como hecho. Si todavía no lo está, quien lo pidió puede abrirlo de nuevo con `stillneeded { $pledge }`
stays-handed-back = *{ $pledge }* queda devuelto. Si al final puedes ayudar, será bienvenido un compromiso nuevo: `pledge { $ask } what:"…" by:…`
stays-kept = *{ $pledge }* queda como cumplido. Si aún falta algo, pídelo de nuevo, por favor: `ask …`
stays-still-needed = *{ $pledge }* sigue abierto. Si al final llegó: `confirm { $pledge }`
stays-recorded = Lo que hiciste con ese botón queda anotado. Todo lo tuyo: `mine`

# Alguien editó un mensaje que había hecho una petición, un compromiso u otra cosa. $again es lo que se puede enviar.
rewritten-ask = No sigo los mensajes editados, porque otras personas pueden haber leído las primeras palabras. Para cambiar *{ $ask }* así, envía esto: { $again }
rewritten-pledge = No sigo los mensajes editados, porque otras personas pueden haber leído las primeras palabras. Para cambiar *{ $pledge }* así, envía esto: { $again }
rewritten-other = No sigo los mensajes editados. Para que lo haga, envíalo como un mensaje nuevo: { $again }
# Lo mismo, cuando las palabras nuevas no cambiarían nada.
rewritten-ask-stays = No sigo los mensajes editados, así que *{ $ask }* queda como está.
    - Algo distinto: `edit { $ask } …`
    - Ya no hace falta: `withdraw { $ask }`
rewritten-pledge-stays = No sigo los mensajes editados, así que *{ $pledge }* queda como está.
    - Otro día: `adjust { $pledge } by:…`
    - Si al final no encaja: `handback { $pledge }`

## Ofertas, invitaciones, coordinación

# Respuestas.
offer-recorded = ¡Gracias! Tu oferta es *{ $offer }*.
    - Las ofertas de la comunidad: `offers`
    - Para retirarla: `withdraw { $offer }`
offer-withdrawn = *{ $offer }* ya no está en la lista. Gracias por haberla ofrecido. Otra, cuando quieras: `offer …`
person-invited = { $name } ya puede leer *{ $ask }* y comprometerse. Para invitar a otra persona: `invite { $ask } who:…`
convener-added = { $name } forma parte ahora de la coordinación. Para cambiarlo: `convener remove who:…`
convener-removed = { $name } ya no forma parte de la coordinación. Para cambiarlo: `convener add who:…`

## One person on several accounts, one community in several places

# A platform in a sentence, after "on". $platform is never shown itself.
platform-name = { $platform ->
    [matrix] Matrix
    [discord] Discord
   *[console] la consola
}
# An account of somebody: what it is called there, the platform, and its id. Without a name where that is known anyway.
account-named = { $name } en { $platform } ({ $id })
account-bare = { $id } en { $platform }
# A room or channel of a community.
place-named = { $name } en { $platform }

# A person wants to join two accounts of theirs. $code is to be sent from the other one, perhaps on another platform.
link-code = Tu código es *{ $code }*. Sirve una vez, durante un cuarto de hora. A cada una de tus cuentas le muestro cuál es la otra, y nada se une antes de que lo digas aquí.
    - Desde tu otra cuenta, envíame ~link { $code }~
# To the other account: whose code it sent, and the second code, which is to be sent from the first account.
link-answered = Es el código de { $account }. Unidas, ambas son una: todo lo que pediste y prometiste, también en privado, es tuyo en las dos. Si no eres tú, no hagas nada, y no des este código a nadie.
    - Si también eres tú, envíame desde allí ~link { $code }~
# To the first account: who sent its code.
link-asked = { $account } acaba de decir tu código. Si eres tú, allí viste un segundo código: envíalo aquí de la misma manera, y ambas serán una. Si no eres tú, no hagas nada: nada se ha unido, y tu código ya no sirve.
# To both accounts. $undo is a command.
accounts-linked = A partir de ahora esta cuenta y { $account } son para mí la misma persona. Te escribo a la que usaste por última vez.
    - Todo lo tuyo: `mine`
    - Para volver a separar la otra: { $undo }
# The account was taken out, and is a new member; $accounts are those that keep everything.
account-unlinked = Esta cuenta vuelve a estar sola, como la de alguien que acaba de llegar. Lo que pediste y prometiste queda con { $accounts }. Para empezar: `needs`
# Another account was taken out.
unlinked-other = { $account } vuelve a estar por su cuenta. Todo lo que pediste y prometiste queda contigo aquí: `mine`
# To an account that was taken out by another.
unlinked-by = Esta cuenta vuelve a estar sola: { $account } la separó. Si no fuiste tú, la coordinación puede ayudarte. Lo que puedes hacer: `help`

# To a convener: a code to be said in another place, so that it becomes one of this community's. $places are those it has.
place-code = El código de { $community } es *{ $code }*. Sirve una vez, durante un cuarto de hora. Te pregunto antes de unir nada. Hasta ahora nuestros lugares son: { $places }.
    - En el lugar que ha de ser uno de los nuestros, alguien de su coordinación envía ~community link { $code }~
# In the other place: whose code it is, and the second code, which is to be said in that community's place.
place-answered = Es el código de { $community }, y todavía no ha cambiado nada. Unidos, la coordinación de este lugar lo es también de { $community }, y al revés.
    - Da esto a quien te dio el primer código, que me lo envía a su vez: ~community link { $code }~
# To the convener who was given the first code.
place-asked = { $account } ha dicho tu código en { $place }. Para que ese lugar sea uno de los nuestros, pide el segundo código y envíalo aquí de la misma manera. Su coordinación será entonces también la nuestra, y podrá leer lo que se pide en privado. Si no sabes quién es, no hagas nada: nada se ha unido, y tu código ya no sirve.
# To both conveners.
place-linked = { $place } es ahora un lugar de { $community }: cada petición abierta tiene una tarjeta en todos los lugares, y los resúmenes llegan a todos. Para ver si todo está listo: `community check`
# In all the places, for everyone.
places-together = A partir de ahora { $places } van juntos, como { $community }. Lo que se pide abiertamente en uno tiene una tarjeta en todos. Lo que la gente busca: `needs`

## Listas

# Lo que se busca y lo que se ofrece.
needs-heading = Todavía se busca ayuda
needs-empty = Ahora mismo nada espera ayuda. ¿Hay algo que te vendría bien? `ask …`
needs-hint =
    - Para ayudar: `pledge { $ask } what:"…" by:…`
    - Si aún no lo sabes: `maybe { $ask }`
offers-heading = Lo que la gente ofrece
offers-empty = Aún no hay ofertas. ¿Hay algo que das con gusto? `offer …`
offers-hint =
    - ¿Te vendría bien algo de esto? `ask …`
    - ¿Tienes algo que ofrecer? `offer …`

# Lo propio.
mine-asks = Tus peticiones
mine-pledges = Tus compromisos
mine-maybes = Tus quizás
mine-offers = Tus ofertas
mine-empty = No tienes nada en la lista.
    - ¿Necesitas algo? `ask …`
    - ¿Quieres ayudar? `needs`
mine-ask-standing = { $standing ->
    [open] busca ayuda
    [in-hand] en marcha
    [met] resuelta
   *[withdrawn] ya no hace falta
}
mine-pledge = *{ $pledge }* para { $ask }: { $what } ({ $pieces })
mine-pledge-standing = { $standing ->
    [open] abierto
    [done] hecho, a la espera de quien lo pidió
    [kept] cumplido, gracias
    [handed-back] devuelto
   *[released] ya no hace falta
}
mine-asks-hint =
    - Para cambiar una: `edit { $ask } …`
    - Si ya no hace falta: `withdraw { $ask }`
mine-pledges-hint =
    - Cuando esté hecho: `done { $pledge }`
    - Otro día: `adjust { $pledge } by:…`
    - Si al final no puede ser: `handback { $pledge }`
mine-maybe = *{ $ask }*, cuando sepas qué y para cuándo: `pledge { $ask } what:"…" by:…`
mine-offers-hint =
    - Para retirar una: `withdraw { $offer }`

# Lo que una persona eligió para sí.
me-heading = Cómo te escribo
me-changed = Guardado.
me-name = Nombre: { $name }
me-zone = Zona horaria: { $zone }
me-language = Idioma: { $language ->
    [en] inglés
   *[es] español
}
me-quiet = Horas de silencio: de { $from } a { $until }
me-quiet-none = Horas de silencio: ninguna
me-away = Ausencia, hasta e incluyendo: { $date }; te escribo después
me-not-away = Ausencia: no
me-notices = { $notices ->
    [on] Avisos sobre lo que hacen otras personas: sí
   *[off] Avisos sobre lo que hacen otras personas: no
}
me-role = { $role ->
    [convener] Formas parte de la coordinación
   *[member] Formas parte de la comunidad
}
me-hint = Para cambiar algo, envía una o varias de estas opciones:
    `me zone:America/Chicago language:es quiet:20:30-08:30 away:{ $example } notices:off`

# Their accounts, if they have several: a series, the one that is written to first.
me-accounts = Tus cuentas, primero a la que te escribo: { $accounts }
## Encuentros

# Listas y detalles.
gatherings-heading = Encuentros
gatherings-empty = No hay ningún encuentro previsto. La coordinación puede crear uno: `gathering new when:"{ $example } 18:00" where:"…"`
gatherings-hint = Más sobre uno: `gathering show { $gathering }`
gathering-line = *{ $gathering }* { $starts } ({ $pieces })
gathering-line-bare = *{ $gathering }* { $starts }
gathering-cancelled-piece = cancelado
gathering-heading = { $gathering }: { $starts }
gathering-place = Dónde: { $place }
gathering-facilitator = Facilita: { $name }
gathering-scribe = Toma nota: { $name }
gathering-is-cancelled = Este encuentro está cancelado.
gathering-digest-scheduled = El resumen sale { $at }.
# Su mañana ya pasó, o nunca hubo tiempo.
gathering-digest-over = La mañana de su resumen ya pasó. Para publicar uno ahora: `digest post { $gathering }`
gathering-digest-held = El resumen queda retenido hasta que la coordinación lo publique: `digest post { $gathering }`
gathering-digest-posted = El resumen ya está publicado.
gathering-hint =
    - Para cambiar la hora: `gathering move { $gathering } when:…`
    - Para cancelarlo: `gathering cancel { $gathering }`
gathering-recorded = El encuentro queda previsto.
gathering-moved = El encuentro cambia de hora.
gathering-cancelled = *{ $gathering }* queda cancelado, y su resumen también. Otra fecha: `gathering new when:…`
digest-held = El resumen de *{ $gathering }* espera por ti. Para enviarlo: `digest post { $gathering }`
digest-posted = El resumen de *{ $gathering }* está en camino a toda la comunidad. Lo que pide una mirada amable: `care`

## La comunidad

# Ajustes y revisión.
community-ready = *{ $name }* ya funciona.
community-ready-next = Lo siguiente:
    - Prever un encuentro: `gathering new when:"{ $example } 18:00" where:"…"`
    - Ver si todo está listo: `community check`
    - Publicar la primera petición: `ask …`
settings-heading = Cómo funciona { $name }
settings-zone = Zona horaria: { $zone }
settings-language = Idioma: { $language ->
    [en] inglés
   *[es] español
}
settings-nudges = { $nudges ->
    [0] Recordatorios de un compromiso: ninguno
   *[other] Recordatorios de un compromiso: { $nudges } como mucho
}
settings-confirm = { $days ->
    [one] El silencio cuenta como «llegó» después de: 1 día
   *[other] El silencio cuenta como «llegó» después de: { $days } días
}
settings-digest = { $days ->
    [0] Resumen: el día del encuentro
    [one] Resumen: 1 día antes de un encuentro
   *[other] Resumen: { $days } días antes de un encuentro
}
settings-weekly = Resumen semanal: ~{ $schedule }~
settings-weekly-off = Resumen semanal: no
settings-threads = { $threads ->
    [on] En Discord: un hilo bajo la tarjeta de cada petición
   *[off] En Discord: sin hilos bajo las tarjetas
}
settings-hint = Para cambiar algo, envía una o varias de estas opciones:
    `community settings name:"…" zone:America/Chicago language:es nudges:3 confirm:5 digest:3 weekly:off`
check-heading = ¿Está todo listo?
check-zone = { $ok ->
    [yes] ✅ La zona horaria está elegida.
   *[no] ❌ Falta elegir la zona horaria: `community settings zone:America/Chicago`
}
check-place = { $ok ->
    [yes] ✅ Sé dónde publicar.
   *[no] ❌ Aún no sé dónde publicar. Envía en el canal de la comunidad: `community setup name:"…" zone:America/Chicago`
}
check-convener = { $ok ->
    [yes] ✅ Hay alguien en la coordinación.
   *[no] ❌ Aún no hay nadie en la coordinación: `convener add who:…`
}
check-gathering = { $ok ->
    [yes] ✅ Hay un encuentro previsto.
   *[no] ❌ No hay ningún encuentro previsto: `gathering new when:"{ $example } 18:00" where:"…"`
}
check-all-out = ✅ Todos los mensajes salieron.
# Lo que va mal, cada cosa solo si hay algo que decir.
check-parked = { $count ->
    [one] ❌ Un mensaje espera porque no puedo saber si llegó. Déjame leer el historial de este lugar y lo arreglo. Lo que espera: `care`
   *[other] ❌ { $count } mensajes esperan porque no puedo saber si llegaron. Déjame leer el historial de este lugar y lo arreglo. Lo que espera: `care`
}
check-failed = { $count ->
    [one] ❌ Un mensaje de las dos últimas semanas no se pudo entregar. Lo habitual es un chat directo cerrado, o un lugar donde no puedo escribir.
   *[other] ❌ { $count } mensajes de las dos últimas semanas no se pudieron entregar. Lo habitual es un chat directo cerrado, o un lugar donde no puedo escribir.
}
check-expired = { $count ->
    [one] ❌ Un mensaje de las dos últimas semanas habría llegado demasiado tarde para servir, así que no lo envié.
   *[other] ❌ { $count } mensajes de las dos últimas semanas habrían llegado demasiado tarde para servir, así que no los envié.
}
check-unreachable = { $count ->
    [one] ❌ No puedo escribir o leer en uno de nuestros lugares. ¿Sigue ahí, y puedo escribir y leer su historial?
   *[other] ❌ No puedo escribir o leer en { $count } de nuestros lugares. ¿Siguen ahí, y puedo escribir y leer su historial?
}
# $when dice qué día y a qué hora.
check-late = ❌ Algo que debía hacer { $when } sigue sin hacerse. Avisa, por favor, a quien me mantiene.
check-clock = { $minutes ->
    [one] ❌ Mi reloj está desajustado un minuto, así que lo previsto puede tener que esperar. Avisa, por favor, a quien me mantiene.
   *[other] ❌ Mi reloj está desajustado { $minutes } minutos, así que lo previsto puede tener que esperar. Avisa, por favor, a quien me mantiene.
}
check-backup = ✅ La última copia de seguridad se hizo { $when }.
check-backup-failed = ❌ La última copia de seguridad falló; la última buena se hizo { $when }. Avisa, por favor, a quien me mantiene.
check-backup-never = ❌ Las copias de seguridad fallan y aún no hay ninguna buena. Avisa, por favor, a quien me mantiene.
# Lo que puedo hacer en el canal donde están las tarjetas. $ok es yes o no.
check-place-gone = ❌ Nuestro canal ya no existe. En el canal donde deben estar las peticiones desde ahora, envía: `community setup`
check-may-see = { $ok ->
    [yes] ✅ Veo nuestro canal.
   *[no] ❌ No veo nuestro canal. En su configuración, en Permisos, dame *Ver canal*, o configúrame en otro: `community setup name:"…"`
}
check-may-write = { $ok ->
    [yes] ✅ Puedo escribir ahí.
   *[no] ❌ No puedo escribir ahí. En la configuración del canal, en Permisos, dame *Enviar mensajes*.
}
check-may-embed = { $ok ->
    [yes] ✅ Puedo mostrar tarjetas y resúmenes enteros.
   *[no] ❌ No puedo mostrar tarjetas y resúmenes enteros. En la configuración del canal, en Permisos, dame *Insertar enlaces*.
}
check-may-attach = { $ok ->
    [yes] ✅ Puedo adjuntar lo que no cabe en un mensaje.
   *[no] ❌ No puedo adjuntar lo que no cabe en un mensaje. En la configuración del canal, en Permisos, dame *Adjuntar archivos*.
}
check-may-read = { $ok ->
    [yes] ✅ Puedo leer el historial, así que nunca digo algo dos veces.
   *[no] ❌ No puedo leer el historial, así que no sé si algo ya se dijo. En la configuración del canal, en Permisos, dame *Leer el historial de mensajes*.
}
check-may-thread = { $ok ->
    [yes] ✅ Puedo abrir hilos y escribir en ellos.
   *[no] ❌ No puedo abrir un hilo bajo una tarjeta. En la configuración del canal, en Permisos, dame *Crear hilos públicos* y *Enviar mensajes en hilos*, o prescinde de ellos: `community settings threads:off`
}
check-may-events = { $ok ->
    [yes] ✅ Puedo poner los encuentros entre los eventos del servidor.
   *[no] ❌ No puedo poner los encuentros entre los eventos del servidor. En los ajustes del servidor, en Roles, dale al mío *Crear eventos*.
}
check-all-well = Todo va bien.

# Un encuentro en el calendario de un servidor: su nombre, y lo que se dice de él.
# $community (text): el nombre de la comunidad. $gathering (text): su número, por ejemplo G3.
event-name = Encuentro { $gathering } · { $community }
event-about = Quién necesita qué, qué se prometió y qué se cumplió: unos días antes lo cuenta un resumen. Más: `gathering show { $gathering }`

## Las primeras palabras en un servidor

# El primer mensaje en un canal de un servidor al que trajeron al bot.
welcome-heading = ¡Hola! Ayudo a una comunidad a cumplir lo que promete
welcome-words =
    Aquí la gente puede pedir ayuda y comprometerse a darla, cada cosa con un comando. Recuerdo quién prometió qué, se lo recuerdo con suavidad y tres veces como mucho, y antes de cada encuentro cuento a todo el mundo lo que se cumplió y lo que aún hace falta. Quién no pudo, no se lo digo a nadie.
welcome-begin =
    Para empezar, alguien que pueda gestionar este servidor me configura en el canal donde deban estar las peticiones.
# Botones debajo: abre el formulario de configuración; muestra un ejemplo; dice qué se guarda.
button-set-up = Configurar
button-example = Ver un ejemplo
button-privacy = Privacidad

# Lo que responde `help example`: una pequeña historia en comandos. $date es un día dentro de una semana, en cifras.
help-story-hint =
    Una pequeña historia:
    - Dev necesita algo: `ask Dos personas que sepan cablear una lámpara need:2 by:{ $date }`
    - Una tarjeta lo muestra donde todo el mundo la ve. Bea se compromete: `pledge A1 what:"Llevo un comprobador" by:{ $date }`
    - Dos días antes se lo recuerdo a Bea, y a nadie más. Puede cambiar el día o devolverlo, y no se pregunta por qué.
    - Cuando esté hecho: `done P1` y pregunto a Dev si llegó, y Dev puede dar las gracias: `thanks P1 ¡Nos salvaste!`
    - Antes del próximo encuentro todo el mundo lee lo que se cumplió y lo que aún hace falta.
# Lo que responde `help privacy`.
help-privacy-hint =
    Lo que guardo, y quién lo ve:
    - Oigo los comandos, los botones y lo que me escriben a solas. Lo que se dicen entre ustedes ni lo leo ni lo guardo.
    - Una petición abierta es para todo el mundo aquí. Una privada es para ti, quienes coordinan y a quien invites: añade ~visibility:private~
    - Los recordatorios te llegan solo a ti. Nunca se dice quién no pudo, ni siquiera como un número de uno.
    - Un tiempo después de que algo termina, sus palabras se borran: un año, salvo que quien me mantiene decida otra cosa. Quedan las cuentas, sin nombres.
    - Lo tuyo: `mine`

## La tarjeta de una petición: pública y sin ningún nombre

# Según cómo esté la petición.
card-open = { $ask } busca ayuda
card-in-hand = { $ask } está en marcha
card-met = 🎉 { $ask } está resuelta
card-withdrawn = { $ask } ya no hace falta
# En lugar de una tarjeta, en el canal donde estaban antes las peticiones de la comunidad: nada de la petición, ni cómo está.
# $place (texto): el canal donde están ahora.
card-moved = { $ask } ya no está aquí
card-moved-note = Las peticiones de nuestra comunidad están ahora en { $place }. Lo que busca la gente: `needs`
card-amounts = { $covered } de { $need } por ahora
card-in-hand-note = Toda la ayuda está comprometida. Puedes dejar un quizás, por si queda un hueco: `maybe { $ask }`
card-met-note = Gracias a todas las personas que ayudaron.
card-withdrawn-note = Gracias a todas las personas que lo pensaron. Lo que otras personas buscan: `needs`
card-hint = Para ayudar: `pledge { $ask } what:"…" by:…`

## Recordatorios: privados, con respuesta fácil, nunca un reproche

# La primera línea, cada compromiso y el final.
nudge-reminders = Un recordatorio amable de tu compromiso:
nudge-checks = Una pregunta breve sobre tu compromiso:
nudge-both = Sobre tus compromisos:
nudge-reminder = *{ $pledge }* para { $ask }: «{ $what }», para { $due }.
nudge-first = Primer paso: «{ $first }».
nudge-check = *{ $pledge }* para { $ask }: «{ $what }». Era para { $due }: ¿pudo ser?
nudge-last-check = *{ $pledge }* para { $ask }: «{ $what }». Pregunto una vez más: ¿pudo ser?
nudge-last = Es la última vez que te escribo sobre esto.
nudge-answers = Cualquier respuesta vale. Para una nueva fecha o para devolverlo no hacen falta razones.

## Avisos: algo pasó

# Encima de varios avisos, y luego cada uno.
notices-heading = Lo que ha pasado
notice-pledged = { $helper } se compromete con tu petición { $ask } (*{ $pledge }*): «{ $what }», para { $due }.
notice-pledged-some = { $ask } ya tiene { $covered } de { $need }.
notice-pledged-all = Con esto, todo lo que pediste está comprometido. Por ahora no tienes que hacer nada.
notice-adjusted = { $helper } ha cambiado *{ $pledge }*, para tu petición { $ask }. Queda así: «{ $what }», para { $due }.
notice-note = Su nota: «{ $note }».
notice-adjusted-next = Si para ti es tarde, busca más ayuda: `edit { $ask } …`
notice-part-done = { $helper } hizo { $done } de { $amount } en *{ $pledge }*, para tu petición { $ask }. Lo demás está por llegar; por ahora no tienes que hacer nada.
notice-confirm-please = { $helper } dice que *{ $pledge }*, para tu petición { $ask }, está hecho: «{ $what }». ¿Te llegó?
notice-confirm-please-silence = { $days ->
    [0] Si no dices nada, cuenta como cumplido.
    [one] Si no dices nada en un día, cuenta como cumplido.
   *[other] Si no dices nada en { $days } días, cuenta como cumplido.
}
notice-handed-back = Un compromiso para tu petición { $ask } fue devuelto: «{ $words }». Vuelve a estar libre para otra persona.
notice-handed-back-amounts = Ahora tiene { $covered } de { $need }.
notice-handed-back-next = No tienes que hacer nada: está en la lista de la comunidad. Si quieres decirlo de otra manera: `edit { $ask } …`
notice-spot-free-own = Vuelve a haber un hueco en tu petición { $ask }, para { $due }: «{ $words }».
    Aviso a las personas que dejaron un quizás. Si conoces a alguien, lo más rápido es que se lo digas tú.
notice-spot-free = Vuelve a haber un hueco en { $ask }, para { $due }: «{ $words }».
    Habías dejado un quizás; si no te va bien, no pasa nada. Si puedes: `pledge { $ask } what:"…" by:{ $iso }`
notice-confirmed = ¡Tu ayuda llegó, gracias! *{ $pledge }* está cumplido. Era para { $ask }: «{ $words }»
notice-confirmed-by-silence = ¡Gracias! No hubo más noticias de *{ $pledge }*, así que cuenta como cumplido. Era para { $ask }: «{ $words }»
notice-still-needed = Sobre *{ $pledge }*, «{ $what }»: a quien pidió { $ask } aún no le ha llegado. Son cosas que pasan; queda abierto otra vez.
notice-released = *{ $pledge }*, «{ $what }», ya no hace falta: la petición { $ask } fue retirada. Gracias por tu disposición. Lo que otras personas buscan: `needs`
notice-thanked = { $from } te da las gracias por *{ $pledge }*: «{ $words }»
notice-thanked-anonymous = Alguien a quien ayudaste te da las gracias por *{ $pledge }*: «{ $words }»
notice-thank-please = *{ $pledge }*, para tu petición { $ask }, está cumplido. Si quieres dar las gracias a { $helper }: `thanks { $pledge } …`
notice-ask-still-needed = ¿Aún hace falta { $ask }? «{ $words }»
notice-ask-still-needed-amounts = Por ahora tiene { $covered } de { $need }.
notice-private-ask = { $asker } pide en privado, *{ $ask }*: «{ $words }».
    Por ahora solo puede leerla la coordinación. Para incluir a alguien que pueda ayudar: `invite { $ask } who:…`
notice-invited = Tienes una invitación a una petición privada, *{ $ask }*: «{ $words }».
    Por favor, que quede entre quienes la leemos; y si no puedes ayudar, no pasa nada. Si puedes: `pledge { $ask } what:"…" by:…`
notice-invited-by = Tienes una invitación a una petición privada de { $asker }, *{ $ask }*: «{ $words }».
    Por favor, que quede entre quienes la leemos; y si no puedes ayudar, no pasa nada. Si puedes: `pledge { $ask } what:"…" by:…`
notice-facilitator = Facilitas { $gathering }, { $starts }. Lo previsto: `gathering show { $gathering }`
notice-scribe = Tomas nota en { $gathering }, { $starts }: anotas lo que se dice en voz alta. Lo previsto: `gathering show { $gathering }`
notice-made-convener = Ahora formas parte de la coordinación de { $community }.
    - Lo que puedes hacer: `help`
    - Lo que pide una mirada amable: `care`
notice-undelivered = No pude escribir a { $to }. Quizás no acepta mensajes directos; unas palabras tuyas pueden ayudar. Lo que espera: `care`

# A la coordinación: un mensaje pudo salir o no, y no se puede leer el historial para saberlo.
notice-parked = No puedo saber si uno de mis mensajes llegó, así que no lo envío otra vez. Por favor, déjame leer el historial de donde escribo; después vuelvo a mirar con `community check`

# A la coordinación: en un canal o una sala no se acepta nada de lo que dice el bot, y lo que tiene que decir allí espera.
# $place (texto): el canal o la sala.
notice-takes-nothing = Ahora mismo no puedo escribir en { $place }. Lo que tengo que decir allí espera hasta que pueda. Para ver qué me falta y para que lo intente de nuevo: `community check`

# En una sala, a quien no recibe mensajes directos. Lo leen todos: nada debe dejar ver de qué se trata.
cannot-reach = No puedo escribirte en privado, { $name }. Si quieres, acepta mis mensajes directos o escríbeme tú.

# En una sala o un chat directo, como respuesta: $count mensajes de una persona no se pudieron descifrar, o llegaron sin cifrar donde
# lo demás va cifrado. Lo leen todos: no nombra a nadie. Si eran para el bot, no lo puede saber.
could-not-read = { $count ->
    [one] No pude leer con seguridad un mensaje aquí. Si era para mí, envíalo otra vez, por favor.
   *[other] No pude leer con seguridad { $count } mensajes aquí. Si eran para mí, envíalos otra vez, por favor.
}
# La razón probable, y lo que ayuda.
could-not-read-why = Casi siempre el dispositivo desde el que se envió es muy nuevo, quien lo usa aún no lo ha verificado, o el mensaje salió sin cifrar. Si pasa de nuevo, verifica ese dispositivo en los ajustes de tu aplicación o escribe desde otro.

## Cuidado: en privado, para la coordinación

# Un compromiso sin respuesta, y la lista.
care-note = *{ $pledge }* para { $ask } está sin respuesta. Lo tenía { $helper } para { $due }. Unas palabras tuyas pueden ayudar; yo no volveré a escribirle sobre esto.
care-heading = Lo que pide una mirada amable
care-empty = Ahora mismo nada te necesita: nadie espera y nada está sin respuesta. Disfrútalo. Lo que la gente busca: `needs`
care-unanswered = Compromisos sin respuesta. Unas palabras amables pueden ayudar; yo ya no escribo sobre ellos.
care-unanswered-line = *{ $pledge }* para { $ask }: { $helper }, { $due }
care-waiting = Peticiones con las que aún no se ha comprometido nadie. ¿A quién podrías hablarle de una?
care-waiting-line = { $days ->
    [one] *{ $ask }* de { $asker }, un día: { $words }
   *[other] *{ $ask }* de { $asker }, { $days } días: { $words }
}
care-away = Personas ausentes; quizás puedas preguntarles cómo están:
care-undelivered = { $count ->
    [one] No se pudo entregar un mensaje. Por qué, quizás: `community check`
   *[other] No se pudieron entregar { $count } mensajes. Por qué, quizás: `community check`
}

## El resumen: público. Sin más nombres que los de quienes dieron las gracias.

# El titular, las sumas y las listas.
digest-heading = { $community }: lo que cumplimos, lo que aún buscamos
digest-kept = *Cumplidos desde el { $since }: { $kept } de { $pledges ->
    [one] { $pledges } compromiso
   *[other] { $pledges } compromisos
}.*
digest-none-kept = *Desde el { $since }: { $pledges ->
    [one] { $pledges } compromiso
   *[other] { $pledges } compromisos
}.*
digest-quiet = Hay calma desde el { $since }. Una petición pequeña es un buen comienzo.
digest-rest = { $parts }.
digest-rest-picked-up = { $parts }, y { $share ->
    [both] otras personas retomaron los dos
    [all] otras personas los retomaron todos
   *[some] { $picked ->
        [one] otra persona retomó { $picked } de ellos
       *[other] otras personas retomaron { $picked } de ellos
    }
}.
digest-part-in-hand = { $count } en marcha
digest-part-released = { $count ->
    [one] { $count } que ya no hace falta
   *[other] { $count } que ya no hacen falta
}
digest-part-handed-back = { $count ->
    [one] { $count } devuelto
   *[other] { $count } devueltos
}
digest-asks = { $met } de { $asks ->
    [one] { $asks } petición resuelta
   *[other] { $asks } peticiones resueltas
}.
digest-thanks = Gracias
digest-quote = { $from }: «{ $words }» ({ $pledge })
digest-looking = Todavía se busca
digest-looking-line = *{ $ask }* { $words }
digest-looking-line-amounts = *{ $ask }* ({ $covered } de { $need }) { $words }
digest-in-hand = En marcha
digest-in-hand-line = *{ $ask }* { $words } · para { $due }
digest-in-hand-line-bare = *{ $ask }* { $words }
digest-invitation = *Trae una petición { $day }.* Nos vemos { $starts }.
digest-invitation-place = *Trae una petición { $day }.* Nos vemos { $starts }: { $place }.
digest-invitation-none = Una petición o una mano son bienvenidas cualquier día.
    - ¿Hay algo que te vendría bien? `ask …`
    - ¿Quieres ayudar? `needs`

# Antes de que lo lea toda la comunidad, para la coordinación.
preview-scheduled = Esto es lo que leerá toda la comunidad { $at }.
    - Para publicarlo ya: `digest post`
    - Para retenerlo: `digest hold`
# Lo mismo cuando su mañana ya pasó.
preview-unscheduled = Esto es lo que leerá toda la comunidad cuando lo publiques.
    - Para publicarlo ya: `digest post`
preview-held = Esto es lo que leerá toda la comunidad cuando lo publiques. Hasta entonces queda retenido.
    - Para publicarlo: `digest post`
preview-weekly = Esto es lo que leerá toda la comunidad en el resumen semanal.
    - Para publicarlo ya: `digest post`
    - Para retenerlo: `digest hold`

## Negativas: una respuesta amable y el siguiente paso

# Cómo estaba escrito.
refused-unknown-near = No conozco «{ $said }». ¿Querías decir { $near }?
refused-unknown = No conozco «{ $said }». Lo que puedo hacer: `help`
refused-incomplete = ¿Cuál de estos querías decir?
refused-missing-words = { $path ->
    [ask] ¿Qué necesitas?
    [offer] ¿Qué das con gusto?
    [thanks] ¿Qué te gustaría decir?
    [edit] ¿Qué debería decir?
    [pledge] ¿Qué harás, y para cuándo?
   *[other] ¿Qué te gustaría decir?
}
refused-missing-ask = ¿De qué petición se trata? Las abiertas están en `needs`
refused-missing-pledge = ¿De qué compromiso se trata? Los tuyos están en `mine`
refused-missing-ask-or-pledge = ¿De qué petición o compromiso se trata? Lo tuyo está en `mine`
refused-missing-gathering = ¿De qué encuentro se trata? Todos están en `gathering list`
refused-missing-person = ¿De quién se trata?
refused-missing-when = ¿Cuándo debería ser?
refused-missing-change = ¿Qué debería cambiar?
refused-examples = Por ejemplo:
refused-twice = ~{ $option }:~ está dos veces. Envíalo otra vez, por favor, con la que vale.
refused-open-quote = Hay unas comillas abiertas y sin cerrar. Envíalo otra vez, por favor, con las dos, así: ~what:"una furgoneta el viernes"~
refused-bad-value = ~{ $option }:~ no puede ser «{ $said }». Puede ser { $takes }.
refused-bad-value-open = ~{ $option }:~ no puede ser «{ $said }». Cómo se escribe: `help`
refused-bad-amount = No puedo leer «{ $said }» como cantidad. Escribe, por favor, un número entero de 1 a { $most }.
refused-when-unreadable = No puedo leer «{ $said }» como fecha. Estas sí puedo leerlas:
    - ~{ $option }:{ $example }~
    - ~{ $option }:"{ $example } 18:00"~
refused-when-no-such-date = «{ $said }» no está en el calendario. ¿Qué día es? Por ejemplo: ~{ $option }:{ $example }~
refused-when-past = «{ $said }» ya pasó. ¿Qué día por venir es? Por ejemplo: ~{ $option }:{ $example }~
refused-when-ambiguous = «{ $said }» puede ser dos días. ¿Cuál es?
refused-when-ambiguous-line = { $day }: ~{ $option }:{ $iso }~
refused-when-foreign-zone = «{ $said }» nombra una zona horaria. Yo leo las horas en la tuya, { $zone }; escríbelo así, por favor:
    ~{ $option }:"{ $example } 18:00"~
    - ¿Tu zona es otra? `me zone:…`
refused-when-too-far = «{ $said }» queda a más de cinco años. ¿Querías decir un año más cercano? Por ejemplo: ~{ $option }:{ $example }~

# Palabras que ninguna tarjeta lleva, y datos privados.
refused-too-long = Son { $letters } letras; hay sitio para { $most }. Cuenta lo esencial, por favor, y el resto a quien te ayude.
refused-rings-everyone = Eso llamaría a todo el mundo a la vez. Envíalo otra vez, por favor, sin la llamada con «@»; las peticiones abiertas las ve toda la comunidad de todas formas.
refused-looks-like-code = Parece código de un programa o de una página web, y eso no lo paso. Dilo, por favor, con palabras llanas.
refused-hidden-characters = Hay caracteres ocultos, quizás al copiar. Escríbelo otra vez a mano, por favor.
refused-stacked-marks = Hay muchas marcas sobre una sola letra, y algunas pantallas no pueden mostrarlas. Envíalo otra vez sin ellas, por favor.
refused-private = Aún no se ha publicado nada. He notado { $details } en tus palabras, y en abierto podría leerlo toda la comunidad. ¿Cómo quieres seguir?
    - En privado, para ti, la coordinación y las personas que inviten: { $privately }
    - En abierto de todos modos: { $openly }
refused-for-whom = Aún no se ha publicado nada, porque me lo escribiste solo a mí. ¿Quién puede leerlo?
    - Tú, la coordinación y las personas que inviten: { $privately }
    - Lo mismo, y solo la coordinación sabe que es tuya: { $anonymously }
    - Toda la comunidad: { $openly }
private-detail = { $detail ->
    [address] una dirección
    [phone] un número de teléfono
    [health] algo sobre la salud
   *[status] algo sobre asuntos legales o papeles
}

# Lo que no existe, o no se puede ver: exactamente las mismas palabras.
refused-no-ask = No hay ninguna { $id } que puedas ver. Lo que está abierto: `needs`
refused-no-pledge = No hay ningún { $id } que puedas ver. Los tuyos: `mine`
refused-no-offer = No hay ninguna { $id } que puedas ver. Lo que la gente ofrece: `offers`
refused-no-gathering = No hay ningún { $id } que puedas ver. Todos: `gathering list`
refused-no-person = No conozco aquí a nadie con el nombre «{ $name }». Escribe el nombre como lo muestra este chat, por favor; puede que esa persona tenga que escribir aquí una vez.

# Lo que es de otra persona, y lo que una petición no admite.
refused-not-your-ask = { $ask } es una petición de otra persona. Solo ella o la coordinación puede cambiarla. Lo tuyo: `mine`
refused-not-your-pledge = { $pledge } es un compromiso de otra persona. Lo tuyo: `mine`
refused-not-your-offer = { $offer } es una oferta de otra persona. Lo tuyo: `mine`
refused-not-yours-to-confirm = Si { $pledge } llegó, lo dice quien lo pidió. Lo tuyo: `mine`
refused-own-ask = { $ask } es tu propia petición, así que la ayuda viene de otras personas. Si ya lo resolviste: `withdraw { $ask }`
refused-ask-closed = { $ask } ya no hace falta. Lo que otras personas buscan: `needs`
refused-ask-full = Buenas noticias: toda la ayuda para { $ask } está comprometida. Por si queda un hueco: `maybe { $ask }`
refused-ask-not-private = { $ask } está abierta, así que puede leerla toda la comunidad. Basta con que se lo digas.
refused-more-than-needed = { $left ->
    [one] A { $ask } solo le falta 1 más. Comprométete con eso, por favor: ~amount:1~
   *[other] A { $ask } solo le faltan { $left } más. Comprométete hasta ahí, por favor: ~amount:{ $left }~
}
refused-more-than-pledged = { $left ->
    [one] En { $pledge } solo queda 1. Si está todo hecho, basta con `done { $pledge }`
   *[other] En { $pledge } solo quedan { $left }. Si está todo hecho, basta con `done { $pledge }`
}
refused-less-than-done = De { $pledge } ya están hechos { $done }, así que no puede ser tan poco. Si no puedes más, esto guarda lo hecho y deja libre el resto: `handback { $pledge }`
refused-less-than-covered = De { $ask } ya hay { $covered } entre lo comprometido y lo hecho, así que no puede ser tan poco. Elige al menos { $covered }, por favor: `edit { $ask } need:{ $covered }`

# Estados que lo impiden.
refused-already-done = { $pledge } ya está hecho, gracias. No falta nada. Lo tuyo: `mine`
refused-already-kept = { $pledge } ya está cumplido, gracias. No falta nada. Lo tuyo: `mine`
refused-already-handed-back = { $pledge } fue devuelto. Si al final quieres ayudar, haz un compromiso nuevo: `needs`
refused-already-released = { $pledge } ya no hace falta. Lo que otras personas buscan: `needs`
refused-not-done-yet = { $pledge } aún está en camino; nadie ha dicho que esté hecho. Si te llegó: `confirm { $pledge }`
refused-nothing-to-thank = { $pledge } aún no ha llegado, así que las gracias pueden esperar. Si ya llegó: `confirm { $pledge }`
refused-not-a-pledge = ¡Gracias por querer ayudar! Todavía no es un compromiso: ¿qué, y para cuándo?
    - Por ejemplo: `pledge { $ask } what:"…" by:{ $example }`
    - ¿Aún no lo sabes? Déjalo en un quizás: `maybe { $ask }`
refused-not-a-pledge-when = ¡Gracias por querer ayudar! Todavía no es un compromiso: ¿para cuándo?
    - Por ejemplo: `pledge { $ask } what:"…" by:{ $example }`
    - ¿Aún no lo sabes? Déjalo en un quizás: `maybe { $ask }`
# Se pulsó el botón de otra fecha: falta el día.
refused-which-day = ¿Qué día le vendría bien a *{ $pledge }*? Envíalo con tu día, por ejemplo: `adjust { $pledge } by:{ $example }`
# Un cambio que no dice nada.
refused-nothing-to-change = Así no cambia nada. Añade, por favor, lo que debería ser distinto, como ~by:{ $example }~ o ~what:"…"~.

# Quién y dónde.
refused-conveners-only = Eso es para la coordinación, que con gusto lo hará por ti. Lo que puedes hacer: `help`
refused-which-community = Estás en varias comunidades. Envíalo otra vez, por favor, añadiendo una de estas:
refused-which-community-line = ~in:{ $slug }~
refused-no-community = Aún no sé a qué comunidad perteneces. Usa allí una vez uno de mis comandos, en su sala o en su servidor, y así te conoceré también aquí. Por ejemplo: `needs`
refused-last-convener = Una comunidad necesita al menos a una persona en la coordinación. Añade antes a otra: `convener add who:…`
refused-convenes-by-platform = { $name } forma parte de la coordinación por su papel en este chat, así que se cambia allí: puede hacerlo quien administra el chat.
refused-gathering-none = No hay ningún encuentro previsto. La coordinación puede crear uno: `gathering new when:"{ $example } 18:00" where:"…"`
refused-gathering-over = { $id } ya pasó o está cancelado. Los que vienen: `gathering list`
refused-digest-posted = El resumen de { $id } ya está publicado. Lo que la gente aún busca: `needs`
# Codes that join accounts or places. No code by that name, used up, or over; or too many wrong ones.
refused-no-such-code = Ese no es un código mío, o ya se usó o caducó: duran un cuarto de hora. Para uno nuevo:
    - Para unir dos cuentas tuyas: `link`
    - Para unir un lugar a tu comunidad: `community link`
refused-too-many-codes = Fueron muchos códigos equivocados. Espera una hora, por favor, y empieza con uno nuevo: `link`
# It was said where it was given, or on the wrong side.
refused-code-for-other-account = Ese código es para tu otra cuenta. Envíamelo desde allí, por favor, de la misma manera.
refused-code-for-other-place = Ese código es para el otro lugar. Envíalo allí, por favor, donde todo el mundo lee, de la misma manera.
# Nothing to join, nothing to take apart, or not known which.
refused-already-linked = Estas dos cuentas ya son una. Todo lo tuyo: `mine`
refused-only-account = Es la única cuenta tuya que conozco, así que no hay nada que separar. Para unir otra: `link`
refused-which-account = ¿Cuál de tus cuentas es?
# A place whose community has something of its own already.
refused-place-has-things = Aquí ya se pidió, ofreció o planeó algo, y dos comunidades no se pueden mezclar. Di el código en un lugar nuevo, por favor; lo que hay aquí sigue como está.
# Se quiso configurar la comunidad en un canal donde el bot no puede escribir, o que ni siquiera ve. No ha cambiado nada.
refused-cannot-write-here = No puedo escribir en este canal, así que las peticiones no pueden estar aquí, y no he cambiado nada. En la configuración del canal, en Permisos, dame *Enviar mensajes* y dilo otra vez, o dilo en otro canal: `community setup`
refused-cannot-see-here = No puedo ver este canal, así que las peticiones no pueden estar aquí, y no he cambiado nada. En la configuración del canal, en Permisos, dame *Ver canal* y *Enviar mensajes* y dilo otra vez, o dilo en otro canal: `community setup`
refused-say-it-directly = Eso es mejor decírmelo solo a mí, así que aquí no he hecho nada con ello. Bórralo, por favor, y envíamelo en un chat directo.
refused-fault = Algo se rompió por mi parte, no por la tuya. No ha cambiado nada. Inténtalo otra vez dentro de un rato, por favor; si sigue igual, dale a la coordinación esta referencia: ~{ $reference }~

## Ayuda

# Toda la ayuda, por grupos.
help-heading = Lo que puedo hacer
help-asking = Pedir
help-helping = Ayudar
help-yours = Lo tuyo y lo común
help-convening = Para la coordinación
help-line = { $command }: { $does }
help-hint = Más sobre uno, con ejemplos: `help pledge`
help-one = *{ $path }*: { $does }
help-aliases = Lo mismo con otras palabras: { $aliases }

# En una sala, donde todo el mundo lo lee: lo que más se usa, y dónde está el resto.
help-short =
    - Para pedir ayuda: `ask …`
    - Lo que otras personas buscan: `needs`
    - Para ayudar con una de esas peticiones: `pledge A1 what:"…" by:…`
    - Cuando esté hecho: `done P1`
    - Todo lo tuyo, y cómo cambiarlo: `mine`
    - Más sobre uno de ellos: `help pledge`
    - Todo lo que hay, en un chat directo conmigo: `help`

# Una línea por comando, en minúscula y sin punto.
command-ask = decir qué necesitas
command-needs = ver qué se busca
command-pledge = comprometerte con una petición: qué, y para cuándo
command-maybe = mostrar interés sin prometer nada
command-done = decir que un compromiso está hecho, todo o en parte
command-adjust = cambiar fecha, cantidad, palabras o recordatorios de un compromiso
command-handback = devolver un compromiso, sin dar razones
command-confirm = decir que la ayuda llegó
command-stillneeded = decir que la ayuda no llegó, o que una petición aún hace falta
command-thanks = dar las gracias a quien ayudó
command-withdraw = retirar una petición o una oferta
command-edit = cambiar una petición
command-offer = ofrecer algo sin esperar una petición
command-offers = ver qué se ofrece
command-invite = dejar que alguien lea una petición privada
command-mine = ver tus peticiones, compromisos, quizás y ofertas
command-me = elegir tu zona horaria, idioma, horas de silencio y ausencias
command-link = hacer que otra cuenta tuya sea una con esta
command-unlink = volver a separar una cuenta tuya
command-gathering-new = prever un encuentro
command-gathering-list = ver los encuentros que vienen
command-gathering-show = ver un encuentro
command-gathering-move = cambiar la hora de un encuentro
command-gathering-cancel = cancelar un encuentro
command-digest-preview = leer el resumen antes que nadie
command-digest-post = publicar el resumen ya
command-digest-hold = retener el resumen
command-care = ver a quién le vendrían bien unas palabras amables
command-community-setup = poner en marcha la comunidad aquí
command-community-settings = ver o cambiar cómo funciona la comunidad
command-community-check = ver si todo está listo
command-community-link = hacer que un lugar de otra parte sea de esta comunidad
command-convener-add = incluir a alguien en la coordinación
command-convener-remove = sacar a alguien de la coordinación
command-help = ver esto

# Donde una aplicación enumera los comandos por sí misma, lo que hace uno de la coordinación.
describe-convening = { $does } (coordinación)
# Lo que una aplicación muestra junto a cada cosa que pide un comando, en minúscula y sin punto. Los ids son A2, P7, O3, G4.
parameter-ask = la petición, por ejemplo A2
parameter-pledge = la promesa, por ejemplo P7
parameter-id = cuál, por ejemplo A2, P7 u O3
parameter-gathering = el encuentro, por ejemplo G4; si no dices cuál, el próximo
parameter-words = con tus palabras
parameter-kind = el tipo de ayuda, por ejemplo goods o time
parameter-need = cuántas cosas o personas necesitas
parameter-by = para cuándo: un día, con hora si importa
parameter-visibility = quién lo ve: open, private o anonymous
parameter-what = qué prometes
parameter-first = tu primer paso
parameter-amount = cuántas
parameter-note = unas palabras sobre ello, si quieres
parameter-nudges = mis recordatorios
parameter-who = a quién
parameter-zone = la zona horaria, por ejemplo America/Chicago
parameter-language = el idioma en que escribo
parameter-quiet = tus horas de silencio, por ejemplo 20:30-08:30
parameter-away = el último día de tu ausencia, u off
parameter-notices = si te cuento lo que pasó contigo
parameter-when = el día y la hora
parameter-where = dónde es
parameter-facilitator = quién facilita
parameter-scribe = quién anota lo que se dice
parameter-name = el nombre de la comunidad
parameter-confirm = tras cuántos días de silencio la ayuda cuenta como confirmada
parameter-digest = cuántos días antes de un encuentro llega el resumen
parameter-weekly = cuándo llega el resumen semanal, u off
parameter-threads = si cada petición tiene un hilo bajo su tarjeta en Discord
parameter-in = qué comunidad, si estás en varias
parameter-code = el código que di en el otro lado
parameter-account = qué cuenta, por ejemplo discord

# Ejemplos, uno por línea.
usage-ask =
    - `ask Dos mesas plegables para el sábado need:2 by:{ $example }`
    - `ask Ayuda con un formulario kind:expertise visibility:private`
    - ~visibility:~ es ~open~, ~private~ o ~anonymous~
usage-needs =
    - `needs`
usage-pledge =
    - `pledge A2 what:"Llevo mi taladro" by:{ $example }`
    - `pledge A8 what:"Sillas del salón" amount:25 by:"{ $example } 10:00" first:"llamar al salón"`
usage-maybe =
    - `maybe A2`
usage-done =
    - `done P7`
    - `done P7 amount:10 note:"el resto, mañana"`
usage-adjust =
    - `adjust P7 by:{ $example } note:"la impresora se atascó"`
    - `adjust P7 amount:10 what:"diez sillas" first:"llamar al salón"`
    - `adjust P7 nudges:off`
usage-handback =
    - `handback P7`
usage-confirm =
    - `confirm P7`
usage-stillneeded =
    - `stillneeded P7 note:"faltan dos cajas"`
    - `stillneeded A2`
usage-thanks =
    - `thanks P7 Nos alegró el día`
usage-withdraw =
    - `withdraw A2`
    - `withdraw O3`
usage-edit =
    - `edit A2 Tres mesas plegables para el sábado need:3`
    - `edit A2 kind:goods by:{ $example }`
usage-offer =
    - `offer Una furgoneta por las tardes kind:transport`
usage-offers =
    - `offers`
usage-invite =
    - `invite A7 who:luis`
usage-mine =
    - `mine`
usage-me =
    - `me`
    - `me zone:America/Chicago language:es quiet:20:30-08:30`
    - `me away:{ $example }` y, cuando vuelvas, `me away:off`
    - `me notices:off`
usage-link =
    - `link`
    - `link BCDF-GHJK`
usage-unlink =
    - `unlink`
    - `unlink discord`
usage-gathering-new =
    - `gathering new when:"{ $example } 18:00" where:"Sala B de la biblioteca" facilitator:luis scribe:pia`
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
    - `community setup name:"Colectivo Eastbank" zone:America/Chicago language:es`
usage-community-settings =
    - `community settings`
    - `community settings nudges:2 confirm:5 digest:3`
    - `community settings weekly:"0 9 * * Mon"` o `community settings weekly:off`
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

## Menús y formularios de las aplicaciones que muestran las órdenes por sí mismas

# Cómo se llama una orden en un menú: uno de los nombres que la orden ya tiene.
command-name = { $path ->
    [ask] pido
    [needs] necesidades
    [pledge] prometo
    [maybe] quizás
    [done] hecho
    [adjust] ajustar
    [handback] devolver
    [confirm] confirmar
    [stillneeded] falta
    [thanks] gracias
    [withdraw] retirar
    [edit] editar
    [offer] ofrezco
    [offers] ofertas
    [invite] invitar
    [mine] mis
    [me] yo
    [help] ayuda
   *[other] { $name }
}
# De qué tratan las órdenes bajo una misma palabra.
command-group = { $noun ->
    [gathering] encuentros: prever uno, verlos, cambiar su hora o cancelarlos
    [digest] el resumen: leerlo antes, publicarlo, retenerlo
    [community] cómo está organizada esta comunidad
    [convener] quiénes están en la coordinación
   *[other] { $name }
}
# Quién lee una petición, como opción de un menú.
visibility-name = { $visibility ->
    [open] toda la comunidad
    [private] la coordinación y las personas que invito
   *[anonymous] lo mismo, y solo la coordinación sabe que es mía
}
# Los idiomas, cada uno con su propio nombre.
language-name = { $language ->
    [en] English
   *[es] Español
}
# El título de un formulario, y el mismo sobre una cosa.
form-title = { $path ->
    [ask] ¿Qué necesitas?
    [offer] ¿Qué ofreces?
    [pledge] Tu compromiso
    [thanks] Tu agradecimiento
    [adjust] ¿Qué debe cambiar?
    [edit] ¿Qué debe cambiar?
    [done] Lo que está hecho
    [stillneeded] Lo que todavía falta
    [needs] Lo que la gente busca
    [maybe] Quizás
    [handback] Lo que devuelves
    [confirm] Lo que llegó
    [withdraw] Lo que retiras
    [offers] Lo que la gente ofrece
    [invite] A quién invitas
    [me] Tus preferencias
    [link] Tu otra cuenta
    [unlink] La cuenta que se va
    [gathering-new] Un encuentro nuevo
    [gathering-show] Un encuentro
    [gathering-move] Otra hora para un encuentro
    [gathering-cancel] Un encuentro que no será
    [digest-preview] El resumen, antes de enviarlo
    [digest-post] El resumen, ahora
    [digest-hold] El resumen, más tarde
    [community-setup] Preparar esta comunidad
    [community-settings] Cómo lo hace esta comunidad
    [community-link] Otro lugar de esta comunidad
    [convener-add] Quién coordina desde ahora
    [convener-remove] Quién deja de coordinar
    [help] ¿Qué quieres saber?
   *[other] { $name }
}
form-title-about = { $id }: { $title }
# El nombre sobre un campo de un formulario, 45 letras como mucho.
field-label = { $field ->
    [words] Con tus palabras
    [ask] ¿Qué petición?
    [pledge] ¿Qué compromiso?
    [id] ¿Cuál?
    [gathering] ¿Qué encuentro?
    [what] ¿A qué te comprometes?
    [by] ¿Para cuándo?
    [first] Tu primer paso
    [amount] ¿Cuántos?
    [need] ¿Cuántos necesitas?
    [kind] Clase de ayuda
    [visibility] ¿Quién la lee?
    [note] Unas palabras
    [when] ¿Cuándo?
    [where] ¿Dónde?
    [who] ¿A quién?
    [nudges] Recordatorios por promesa, como mucho
    [name] Nombre
    [zone] Zona horaria
    [language] Idioma
    [quiet] Horas de silencio
    [away] Fuera hasta
    [facilitator] ¿Quién facilita?
    [scribe] ¿Quién anota lo que se dice?
    [code] El código del otro lado
    [account] ¿Qué cuenta?
    [confirm] Días de silencio hasta darla por confirmada
    [digest] Días entre el resumen y el encuentro
    [weekly] Cuándo llega el resumen semanal
   *[other] { $name }
}
# Algo que podría estar en un campo, como lo escribiría la gente.
field-example = { $like ->
    [ask] Dos mesas plegables para el sábado
    [edit] Tres mesas plegables para el sábado
    [offer] Una furgoneta las tardes entre semana
    [thanks] Nos alegró el día
    [what] Llevo mi taladro
    [by] viernes 18:00
    [when] viernes 18:00
    [first] llamar a la sala
    [amount] 2
    [need] 2
    [note] el resto mañana
    [where] Biblioteca, sala B
    [name] Eastbank
    [zone] Madrid
    [language] es
    [nudges] de 0 a 3
    [confirm] 5
    [digest] 3
    [weekly] 0 9 * * Mon
    [away] viernes
    [who] luis
    [facilitator] luis
    [scribe] pia
    [code] ABCD-EFGH
    [account] discord
   *[other] { "" }
}
# Botones de una aplicación: todo lo tuyo; lo que la gente busca; un formulario otra vez.
button-mine = Lo tuyo
button-needs = Qué hace falta
button-again = Intentar de nuevo
# Debajo de un mensaje demasiado largo para la aplicación.
thread-name = Sobre { $ask }
whole-in-file = El texto completo está en el archivo de abajo.
# Un botón que ya no significa nada.
stale-button = Este botón es de otro momento, así que no hice nada. Lo que puedo hacer ahora: `help`
# Donde una aplicación deja elegir de una lista suya: se eligió @everyone, o un bot.
nobody-picked = Eso es todo el mundo a la vez, o un programa, así que no hice nada. Elige a una persona, por favor. Para la coordinación también vale un rol que solo tengan algunas personas.

## La consola

# Se muestra al abrir la consola. Lo que está entre ~ se escribe tal cual.
console-greeting = *Barnraiser.* Pide, promete y mira qué se cumplió. Es una comunidad entera en tu terminal; se queda en esta carpeta.
    - Habla como quien quieras: ~dev: /ask Una escalera para el sábado kind:goods~
    - Responde como otra persona: ~hana: /pledge A1 what:"la mía, es larga" by:"en 4 días"~
    - Háblame a solas: ~hana@dm: mine~
    - Da la coordinación a alguien: ~:convener amara~, y luego ~amara: /help~
    - Mueve el reloj y mira quién se entera de qué: ~:wait 3 days~ o ~:now 2030-03-05 18:00~
    - Los totales con ~:report~, esto otra vez con ~:help~, y sales con ~:quit~
