"""Pages that the server renders itself: sign-in, and what can go wrong before it. No script, no file beside them."""

import base64
import hashlib
from html import escape

from starlette.responses import HTMLResponse

LANGUAGES = {"zh-CN": "中文", "en": "English"}

STYLE = """
:root { color-scheme: light dark; --surface: #fff; --raised: #f8f9fa; --line: #dee2e6; --text: #212529;
  --quiet: #495057; --action: #0b7285; --on-action: #fff; --link: #0b7285; --needs: #c92a2a; --needs-tint: #fff5f5 }
@media (prefers-color-scheme: dark) { :root { --surface: #1f1f1f; --raised: #242424; --line: #424242; --text: #f1f3f5;
  --quiet: #ced4da; --action: #3bb5c4; --on-action: #10292d; --link: #66cad6; --needs: #ffa8a8;
  --needs-tint: #4a1717 } }
* { box-sizing: border-box; margin: 0 }
body { min-height: 100vh; min-height: 100dvh; display: grid; place-items: center; padding: 16px; color: var(--text);
  background: var(--raised); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC",
  "HarmonyOS Sans SC", MiSans, "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif }
main { width: 100%; max-width: 400px; padding: 32px 24px 24px; background: var(--surface);
  border: 1px solid var(--line); border-radius: 8px }
header { display: flex; align-items: center; gap: 12px; margin-bottom: 24px; font-weight: 600; font-size: 18px }
header svg { width: 36px; height: 36px }
h1 { font-size: 22px; line-height: 1.3; font-weight: 600; margin-bottom: 8px }
p { color: var(--quiet); margin-bottom: 16px }
label { display: block; margin: 16px 0 4px; font-weight: 500 }
input { width: 100%; height: 48px; padding: 0 12px; font: inherit; color: inherit; background: var(--surface);
  border: 1px solid var(--line); border-radius: 8px }
button { width: 100%; min-height: 56px; margin-top: 24px; padding: 12px 16px; font: inherit; font-weight: 600;
  color: var(--on-action); background: var(--action); border: 0; border-radius: 8px; cursor: pointer }
button.choice { margin-top: 8px; text-align: start; color: var(--text); background: var(--raised);
  border: 1px solid var(--line) }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
[role=alert] { margin: 0 0 16px; padding: 12px; color: var(--needs); background: var(--needs-tint);
  border-radius: 8px; font-weight: 500 }
footer { display: flex; gap: 8px; margin: 24px -8px 0 }
footer a, footer span { padding: 10px 8px; min-height: 44px }
a { color: var(--link); text-underline-offset: 0.2em }
footer span { color: var(--quiet) }
"""
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
MARK = (
    '<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="7" fill="#0b7285"/>'
    '<path d="M7 12l9-5 9 5v9l-9 5-9-5zM7 12l9 5 9-5M16 17v9M11.5 9.500l9 5" fill="none" stroke="#fff" '
    'stroke-width="2.2" stroke-linejoin="round"/></svg>'
)


def page(
    language: str, title: str, body: str, languages: dict[str, str], *, status: int = 200, form_to: str = ""
) -> HTMLResponse:
    """`body` is HTML. `languages` are the addresses of this page in each language. `form_to` is the origin to which a
    form's answer may send on, apart from our own."""
    name = {"zh-CN": "货通", "en": "Huotong 货通"}[language]
    switch = "".join(
        f"<span>{label}</span>"
        if tag == language
        else f'<a href="{escape(languages[tag])}" hreflang="{tag}" lang="{tag}">{label}</a>'
        for tag, label in LANGUAGES.items()
        if tag in languages
    )
    html = f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · {name}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<header>{MARK}<span>{name}</span></header>
<h1>{escape(title)}</h1>
{body}
<footer>{switch}</footer>
</main>
</body>
</html>
"""
    policy = (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; form-action 'self' {form_to}".strip()
        + "; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Content-Language": language,
        "Vary": "Accept-Language",
    }
    return HTMLResponse(html, status, headers)


def choose_language(asked: str, accepted: str) -> str:
    """`asked` are the tags of ui_locales, `accepted` is an Accept-Language header; the first that we speak."""
    tags = asked.split() + [tag.partition(";")[0].strip() for tag in by_weight(accepted)]
    for tag in tags:
        if (start := tag.lower().partition("-")[0]) in ("zh", "en"):
            return "zh-CN" if start == "zh" else "en"
    return "zh-CN"


def by_weight(accepted: str) -> list[str]:
    def weight(tag: str) -> float:
        try:
            return -float(tag.partition("q=")[2] or 1)
        except ValueError:
            return 0.0

    return sorted(accepted.split(","), key=weight)
