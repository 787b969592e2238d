"""The sign-in page, the choice of a company after it, and the page for a request that cannot go on."""

from collections.abc import Sequence
from html import escape

from starlette.responses import HTMLResponse

from api.pages import page
from tenants.accounts import Membership

WORDS = {
    "zh-CN": {
        "sign_in": "登录",
        "for": "登录后，{name} 可以以你的身份使用货通。",
        "email": "电子邮箱",
        "password": "密码",
        "choose": "选择公司",
        "choose_why": "你属于多家公司，请选择要进入的一家。",
        "wrong": "邮箱或密码不正确。",
        "throttled": "登录失败次数过多，请在 {minutes} 分钟后重试。",
        "expired": "页面已过期，请重新登录。",
        "no_company": "你的账号还没有加入任何公司，请联系公司的管理员。",
        "problem": "无法登录",
        "unknown_client": "请求登录的应用未在此登记。请从应用的首页重新开始。",
        "bad_redirect": "应用要返回的地址未登记，为了安全已停止。请从应用的首页重新开始。",
        "bad_request": "登录请求不完整。请从应用的首页重新开始。",
        "home": "打开货通",
    },
    "en": {
        "sign_in": "Sign in",
        "for": "Once you have signed in, {name} can use Huotong in your name.",
        "email": "E-mail",
        "password": "Password",
        "choose": "Choose a company",
        "choose_why": "You belong to several companies. Which one do you want to enter?",
        "wrong": "The e-mail address or the password is not right.",
        "throttled": "Too many failed sign-ins. Please try again in {minutes} minutes.",
        "expired": "This page was open for too long. Please sign in again.",
        "no_company": "Your account does not belong to a company yet. Please ask your company's administrator.",
        "problem": "Cannot sign in",
        "unknown_client": "The app that asks for this sign-in is not registered here. Please start again from the app.",
        "bad_redirect": "The address the app wants to return to is not registered, so we stopped here. "
        "Please start again from the app.",
        "bad_request": "The request to sign in is not complete. Please start again from the app.",
        "home": "Open Huotong",
    },
}


def sign_in_page(
    language: str,
    action: str,
    languages: dict[str, str],
    form_token: str,
    *,
    app: str | None = None,
    email: str = "",
    problem: str | None = None,
    minutes: int = 0,
    status: int = 200,
    form_to: str = "",
) -> HTMLResponse:
    """`app` names another program than our own. `problem` is a key of WORDS."""
    words = WORDS[language]
    alert = f'<p role="alert">{escape(words[problem].format(minutes=minutes))}</p>' if problem else ""
    purpose = f"<p>{escape(words['for'].format(name=app))}</p>" if app else ""
    at_email, at_password = ("", " autofocus") if email else (" autofocus", "")
    body = f"""{purpose}{alert}<form method="post" action="{escape(action)}">
<input type="hidden" name="form_token" value="{escape(form_token)}">
<label for="email">{words["email"]}</label>
<input id="email" name="email" type="email" autocomplete="username" maxlength="254" required value="{escape(email)}"\
{at_email}>
<label for="password">{words["password"]}</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="200" required\
{at_password}>
<button>{words["sign_in"]}</button>
</form>"""
    return page(language, words["sign_in"], body, languages, status=status, form_to=form_to)


def company_page(
    language: str,
    action: str,
    languages: dict[str, str],
    form_token: str,
    ticket: str,
    memberships: Sequence[Membership],
    form_to: str = "",
) -> HTMLResponse:
    words = WORDS[language]
    choices = "\n".join(
        f'<button class="choice" name="membership" value="{each.id}">{escape(each.company_name)}</button>'
        for each in memberships
    )
    body = f"""<p>{words["choose_why"]}</p><form method="post" action="{escape(action)}">
<input type="hidden" name="form_token" value="{escape(form_token)}">
<input type="hidden" name="ticket" value="{escape(ticket)}">
{choices}
</form>"""
    return page(language, words["choose"], body, languages, form_to=form_to)


def problem_page(language: str, problem: str, status: int = 400) -> HTMLResponse:
    words = WORDS[language]
    body = f'<p role="alert">{words[problem]}</p><p><a href="/">{words["home"]}</a></p>'
    return page(language, words["problem"], body, {}, status=status)
