"""Natural personal names, the same ones every time."""

from app.core.i18n import Bilingual


def _read(text: str) -> tuple[tuple[str, str], ...]:
    """Pairs of Chinese and pinyin."""
    return tuple((each.split()[0], each.split()[1]) for each in text.split("|"))


_SURNAMES = _read(
    "王 Wang|李 Li|张 Zhang|刘 Liu|陈 Chen|杨 Yang|赵 Zhao|黄 Huang|周 Zhou|吴 Wu|"
    "徐 Xu|孙 Sun|胡 Hu|朱 Zhu|高 Gao|林 Lin|何 He|郭 Guo|马 Ma|罗 Luo|"
    "梁 Liang|宋 Song|郑 Zheng|谢 Xie|韩 Han|唐 Tang|冯 Feng|于 Yu|董 Dong|萧 Xiao|"
    "程 Cheng|曹 Cao|袁 Yuan|邓 Deng|许 Xu|傅 Fu|沈 Shen|曾 Zeng|彭 Peng|吕 Lü"
)

_GIVEN_NAMES = _read(
    "建国 Jianguo|秀英 Xiuying|海燕 Haiyan|志强 Zhiqiang|丽华 Lihua|晓东 Xiaodong|"
    "文静 Wenjing|永刚 Yonggang|雪梅 Xuemei|明辉 Minghui|春兰 Chunlan|家豪 Jiahao|"
    "思远 Siyuan|雅琴 Yaqin|立新 Lixin|红霞 Hongxia|俊杰 Junjie|玉珍 Yuzhen|"
    "国栋 Guodong|慧敏 Huimin|振华 Zhenhua|婷婷 Tingting|少峰 Shaofeng|月娥 Yue'e|"
    "德胜 Desheng|静怡 Jingyi|庆林 Qinglin|桂芳 Guifang|子轩 Zixuan|若兰 Ruolan|"
    "卫东 Weidong|欣然 Xinran|世杰 Shijie|素梅 Sumei|鹏飞 Pengfei|佳宁 Jianing|"
    "光明 Guangming|彩云 Caiyun|宏伟 Hongwei|诗涵 Shihan|培军 Peijun|凤霞 Fengxia|"
    "一鸣 Yiming|美玲 Meiling|长青 Changqing|琳琳 Linlin|兴旺 Xingwang|晓燕 Xiaoyan|"
    "学民 Xuemin|雨桐 Yutong|正平 Zhengping|艳秋 Yanqiu|浩然 Haoran|淑贞 Shuzhen|"
    "金山 Jinshan|爱华 Aihua|天宇 Tianyu|翠萍 Cuiping|志远 Zhiyuan|乐怡 Leyi"
)


def personal_name(number: int) -> Bilingual:
    """The name of person `number` (0 and up); the first 7,200 differ.

    7 and 11 share no factor with the 40 surnames and 60 given names, so the pairs repeat only
    after 120; each further 120 shifts the given names by one.
    """
    surname, surname_en = _SURNAMES[number * 7 % len(_SURNAMES)]
    given, given_en = _GIVEN_NAMES[(number * 11 + number // 120) % len(_GIVEN_NAMES)]
    return Bilingual(surname + given, f"{given_en} {surname_en}")
