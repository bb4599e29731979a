"""The payer page's words in its two languages."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "title": "Sandbox payment",
        "sandbox": "This is a practice gateway: no money moves.",
        "pay": "To pay",
        "for": "For",
        "order": "Order",
        "approve": "Approve",
        "decline": "Decline",
        "more": "Let the gateway misbehave",
        "slow": "Slow: approve, the answer takes a while",
        "duplicate": "Duplicate: approve, tell the shop three times",
        "reordered": "Reordered: approve, tell the shop in the wrong order",
        "late": "Late: approve after the shop's hold has run out",
        "lost": "Lost: approve, never tell the shop",
        "done": "This payment is finished.",
        "captured": "Approved.",
        "declined": "Declined.",
        "pending": "Your bank is still thinking.",
        "expired": "This payment has run out of time.",
        "back": "Back to the shop",
        "unknown": "There is no such payment.",
        "unknown_next": "Go back to the shop and open the payment again.",
        "other_language": "中文",
    },
    "zh-hans": {
        "title": "沙盒支付",
        "sandbox": "这是练习用的支付网关，不会动用真实资金。",
        "pay": "应付",
        "for": "商品",
        "order": "订单",
        "approve": "同意支付",
        "decline": "拒绝支付",
        "more": "让网关出点状况",
        "slow": "缓慢：同意支付，但结果要等一会儿",
        "duplicate": "重复：同意支付，通知商店三次",
        "reordered": "乱序：同意支付，通知的先后颠倒",
        "late": "迟到：等商店的保留时间过后才同意",
        "lost": "丢失：同意支付，但不通知商店",
        "done": "这笔支付已经结束。",
        "captured": "已支付。",
        "declined": "已拒绝。",
        "pending": "银行仍在处理。",
        "expired": "这笔支付已超时。",
        "back": "返回商店",
        "unknown": "没有这笔支付。",
        "unknown_next": "请返回商店重新打开支付。",
        "other_language": "English",
    },
}


def words(language: str) -> dict[str, str]:
    """Return the words of the language, English when it is unknown."""
    return WORDS["zh-hans" if language.lower().startswith("zh") else "en"]


def other(language: str) -> str:
    """Return the code of the other language."""
    return "en" if language.lower().startswith("zh") else "zh-hans"
