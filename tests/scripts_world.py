"""A few words in each script for which the program brings a font."""

SAMPLES = {
    "arabic": "تقييم المخاطر",
    "bengali": "ঝুঁকি মূল্যায়ন স্ত্রী",
    "cjk": "风险评估、リスクの評価",
    "devanagari": "जोखिम क्षत्रिय र्क",
    "emoji": "🚀⚠✓",
    "ethiopic": "አደጋ",
    "gujarati": "જોખમ",
    "gurmukhi": "ਜੋਖਮ",
    "hangul": "위험평가",
    "hebrew": "הערכת סיכונים",
    "kannada": "ಅಪಾಯ",
    "khmer": "ហានិភ័យ",
    "lao": "ຄວາມສ່ຽງ",
    "malayalam": "അപകടസാധ്യത",
    "myanmar": "အန္တရာယ်",
    "oriya": "ବିପଦ",
    "sinhala": "අවදානම",
    "tamil": "ஆபத்து",
    "telugu": "ప్రమాదం",
    "thai": "ความเสี่ยง",
}
