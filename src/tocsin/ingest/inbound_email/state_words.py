"""The words by which monitoring says, in the subject of a mail, that something is wrong or well again.

They are parts of regular expressions, which ignore case. What stands before and after them is in `subject`.
"""

_GOOD = """
    recovery|recovered|recovers|resolved|cleared|clear|closed|ok|okay|up|normal|fixed|succeeded|restored
    behoben|gelöst|geloest|wiederhergestellt|wieder ok|wieder erreichbar|entwarnung
    rétablie?s?|retablie?s?|résolue?s?|resolue?s?
    resuelt[oa]s?|recuperad[oa]s?|restablecid[oa]s?|solucionad[oa]s?
    resolvid[oa]s?|restabelecid[oa]s?|normalizad[oa]s?
    risolt[oaie]|ripristinat[oaie]|rientrat[oaie]
    hersteld|opgelost|rozwiązan[oyae]|przywrócon[oyae]|återställd|löst|løst|vyřešeno|obnoveno|çözüldü|düzeldi
    решен[оа]|восстановлен|восстановлен[оа]|устранен|устранен[оа]|устранён
"""
_BAD = """
    problem|firing|triggered|alerting|alert|alarm|critical|crit|warning|warn|error|unknown|down|unreachable|failed
    failure|emergency|disaster|high|average|no data
    störung|stoerung|ausfall|warnung|fehler|kritisch|nicht erreichbar
    problème|probleme|alerte|alarme|critique|avertissement|erreur|panne|échec|echec|indisponible
    problema|alerta|crític[oa]|critic[oa]|advertencia|caíd[oa]|fallo|falla|aviso|erro|falha|indisponível
    allarme|avviso|errore|guasto|probleem|storing|waarschuwing|kritiek|fout|awaria|błąd|ostrzeżenie|krytyczny|sorun
    проблема|авария|тревога|критично|предупреждение|ошибка|сбой|недоступен|недоступна|недоступно
"""
_GOOD_IN_CJK = """
    復旧済み?|復旧|回復|解消|正常
    已恢复正常|已恢复|恢复正常|恢复|已恢復|恢復正常|恢復|已解决|已解決|已解除|解除|已消除|復原
    복구|정상|해결|해제
"""
_BAD_IN_CJK = """
    障害|警告|緊急|異常|警報|停止|アラート|エラー|故障|告警|报警|警报|异常|严重|嚴重|问题|問題|宕机
    장애|경고|알람|경보|심각|오류|위험
"""
# What follows a word of Chinese, Japanese or Korean, and changes nothing: "of …", "notice", "has been".
_AFTER_CJK = "発生|通知|完了|のお知らせ|しました|发生|發生|발생|알림|완료|되었습니다|됨"


def _any_of(*texts: str) -> str:
    """One of the words of the texts, the longest that fits."""
    words = (word.strip() for text in texts for line in text.splitlines() for word in line.split("|"))
    return f"(?:{'|'.join(sorted(filter(None, words), key=len, reverse=True))})"


def _state(good: str, bad: str) -> str:
    """A word for a state, in the group of how it is; "problem resolved" is one that is good."""
    return rf"(?:(?:{bad}\s?)?(?P<good>{good})|(?P<bad>{bad}))"


IN_CJK = _state(_any_of(_GOOD_IN_CJK), _any_of(_BAD_IN_CJK)) + rf"(?:\s?(?:{_AFTER_CJK}))?"
IN_ANY = _state(_any_of(_GOOD, _GOOD_IN_CJK), _any_of(_BAD, _BAD_IN_CJK)) + rf"(?:\s?(?:{_AFTER_CJK}))?"
BAD = _any_of(_BAD)
