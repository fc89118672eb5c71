"""Which Apprise URLs Tocsin takes: one URL, of a service on the list, with parameters on the list.

Whoever may add a contact method chooses the URL, and Apprise trusts its URLs: some services act on the machine that
they run on, some parameters read files of it or fetch addresses that only it reaches. So both are allow lists, and
what a new version of Apprise adds is refused until somebody has read it. Asked where an address is entered, and again
at each send: a row may be older than this list, or written by SQL.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from apprise.manager_plugins import NotificationManager
from apprise.plugins import NotifyBase, url_to_dict

# Not here: blink1, dbus, gio, glib, gnome, kde, macosx, qt, syslog and windows act on the machine itself; vapid cannot
# do without files of it.
_SCHEMA_NAMES = """
46elks amqp amqps apprise apprises aprs atalk azure bark barks betterstack bluesky brevo bsky bulksms bulkvs burstsms
chanify clickatell clicksend cliq cm d7sms dapnet deltachat deltachats dingtalk discord dot eight00com elks emby embys
enigma2 enigma2s evolution evolutions exotel fcm feishu firehydrant flock flowtriq flowtriqs fluxer fluxers form forms
freemobile gchat github goalert goalerts gorush gorushs gotify gotifys groundmail groupme growl guilded gupshup hassio
hassios httpsms humhub humhubs ifttt ilert incidentio infobip irc ircs jellyfin jellyfins jira join json jsons kakao
kakaotalk kaleyra kavenegar klr kodi kodis kook kudosity kumulos lametric lametrics lark lauther lfg line mailersend
mailgun mailto mailtos mastodon mastodons matrix matrixs misskey misskeys mmost mmosts mobilemessage mobilemsg mqtt
mqtts msg91 msgbird ncloud nclouds nctalk nctalks nexmo nostr notica noticas notifiarr notifico notificos notifyre
ntfy ntfys o365 octopush onebot onebots onesignal opsgenie pagerduty pagertree parsep parseps pbul pinglet pinglets
pingram pjet pjets plivo postmark pover prowl psafer psafers push pushdeer pushdeers pushed pushme pushplus pushward
pushy qq reddit resend revolt ringc rocket rockets rsyslog ryver schan sendgrid sendpulse serwersms ses session
sessions seven sfr signal signalgrid signals signl4 simplepush sinch slack smpp smpps smsc smseagle smseagles
smsmanager smsmgr smstunnel smtp2go sns sogs sparkpost spike splunk spugpush spush squadcast stackfield strmlabs
synology synologys telesign telnyx tgram threema toot toots trigv trigvs tweet twilio twist twitter viber victorops
voipms vonage webex wechat wecom wecombot whapi whatsapp workflow workflows wpush wxpusher wxteams x xbmc xbmcs
xmatters xml xmls xmpp xmpps youlmk zalo zcliq zohocliq zoom zulip
"""
SCHEMAS = frozenset(_SCHEMA_NAMES.split())

# Names, numbers, tokens and switches, of whichever service. Not here: what names a file or an address to read from
# (attach, file_url, filename, keyfile, pgp, pgpprv, pgppub, subfile, template, wkd, blossom), what follows redirects to
# hosts that nobody entered (redirect), what keeps files (store), what lets a failure count as sent (optional), what
# changes our text (emojis), and what writes to this process's output (logperror).
_PARAMETER_NAMES = """
access access_key_id accesstoken action actions ad alert alert_type alerting_scenario album alias amount api-version
api_key api_login api_token apikey app app_id app_key app_secret app_token app_ver appuser archive asecret akey
assignees attach-as auth auth_id auth_token authkey autoverify avatar avatar_url badge batch bcc blocks border bot_id
bot_token botname broadcast cache call callback campaign category cc channel channels ckey class click client_id
client_key client_secret color company component content contents copy country critical critical_volume csecret cto
currency customer_id cycles decode dedup delay delete detect device device_id discovery dither_kernel dither_type
duration e2ee email entity entity_id env event event_type events exchange expire external_id facility fade failure
fields filtering flags flair_id flair_text flash footer footer_logo format from from_addr from_email from_phone
from_phone_id gateway gateway_id group gwid header host hq href hsreq icon icon_type icon_url id identifier image
image_href image_url info inline instance integration integration_id integrationkey interval join keepalive key kind
label labels lang language ledn level link links locale location login logpid mandatory master_key max_parts mdv media
method modal mode msghook msgtype name namespace nick nid nsfw oauth_id oauth_secret option organization overflow
owner pa pass password path persistent ping platform policy port powerautomate prefix preview priority privatekey
profile project project_id public_key purpose push_key pushkey qos recipients ref refresh refresh_token region relay
replies reply reply_to repo resubmit retain retry roster route routeid routing_key rto savesent scramplus secret
secret_access_key secret_key seed sender sender_id sensitive serverkey service service_plan_id session severity shared
short_url sid sig signature silent smtp sound sound_href source sp space_id special_text_color spi spoiler sptag
status sticky subject subtitle success sv tags targets task_key team team_wait tenant test thirdparty thread
thread_name threadkey tid timeout timestamp to token token_a token_b token_c token_id token_secret topic
topic_auth_token topic_code translit ttl tts txgroups type tz unicode urgency url url_label url_prefix url_title user
user_key v validity ver verify version vhost vibration visibility voice volume wait warning webhook webhook_id
webhook_key webhook_token workflow workspace wrap x xmpp xtags y
"""
PARAMETERS = frozenset(_PARAMETER_NAMES.split())

# Where a template is a name or a number that the other side knows, and not a file.
TEMPLATE_IS_A_NAME = frozenset(
    {"gupshup", "kaleyra", "klr", "notifyre", "onesignal", "sendgrid", "sendpulse", "whatsapp"}
)

# What plugins read although they do not declare it; URL parts that may stand as parameters among them.
_UNDECLARED_NAMES = """
accesstoken apikey app app_id app_secret botname component from host id integration integrationkey language pass
password port project secret sender signature source sp sv tags tenant threadkey to token user v workflow
"""
_UNDECLARED = frozenset(_UNDECLARED_NAMES.split())

_ANOTHER = re.compile(r"[\s,][a-z0-9]{1,32}://", re.IGNORECASE)

_parts_of: Callable[[str], dict[str, Any] | None] = url_to_dict

_manager: Any = NotificationManager
_plugins: Mapping[str, type[NotifyBase]] = _manager()


def allowed_parts(url: str) -> dict[str, Any]:
    """The URL as Apprise's own parser takes it apart. Whoever makes the service of these parts sends what was checked.

    Raises ValueError with a sentence that names the schema and the parameter, and shows nothing else of the URL.
    """
    shown = f"'{_schema_only(url)}'"
    if not url.isprintable() or " " in url or _ANOTHER.search(url):
        raise ValueError(f"{shown} is not one URL that Apprise understands: there is more than one, or a space")
    parts = _parts_of(url)
    if not parts:
        raise ValueError(f"{shown} is not one URL that Apprise understands")
    schema = str(parts["schema"]).lower()
    if schema not in SCHEMAS:
        raise ValueError(f"'{schema}://…' is not among the services that Tocsin lets Apprise send to")
    if name := _refused_parameter(schema, parts):
        raise ValueError(f"'{schema}://…' may not have {name}=…, which is not among the parameters that Tocsin allows")
    return parts


def may_have(schema: str, name: str) -> bool:
    """Whether a URL of the schema may have the parameter.

    Apprise marks the caller's headers and fields by a first character.
    """
    plugin = _plugins[schema]
    if name[:1] in ("+", "-", ":"):
        return any(kwargs.get("prefix") == name[0] for kwargs in plugin.template_kwargs.values())
    if name == "template":
        return schema in TEMPLATE_IS_A_NAME
    declared = plugin.template_args.keys() | plugin.template_tokens.keys() | _UNDECLARED
    return name in declared and name in PARAMETERS


def _refused_parameter(schema: str, parts: Mapping[str, Any]) -> str | None:
    names = {str(name) for name in parts.get("qsd") or ()}
    return min((_short(name) for name in names if not may_have(schema, name)), default=None)


def _short(name: str) -> str:
    """A name that may be quoted: whoever writes a URL wrongly may have put a secret there."""
    return name if re.fullmatch(r"[\w:+-]{1,24}", name) else "…"


def _schema_only(url: str) -> str:
    schema, separator, _ = url.partition("://")
    return f"{schema}://…" if separator and schema.isalnum() and len(schema) <= 20 else "…"
