"""The invented county of Qingxi: its places, roads, makers, goods and people. None of it exists."""

from dataclasses import dataclass
from typing import Final

from millstream.kernel.texts import Text, both


@dataclass(frozen=True, slots=True)
class Spot:
    """A named place with its registry code and coordinates."""

    code: str
    name: Text
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class Town:
    """A town with its station and the four villages the station serves."""

    spot: Spot
    villages: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Good:
    """One product: picture kind, title, story, price, weight, how many there are."""

    kind: str
    category: str
    title: Text
    story: Text
    price_minor: int
    weight_grams: int
    stock: int


@dataclass(frozen=True, slots=True)
class Maker:
    """A household or workshop: where it is, whether it is in the park, and what it makes."""

    slug: str
    household: bool
    village: str
    in_park: bool
    name: Text
    story: Text
    goods: tuple[Good, ...]


PROVINCE: Final = Spot("330000", both("Lanjiang Province", "澜江省"), 119.9, 28.9)
PREFECTURE: Final = Spot("331100", both("Wuling", "武岭市"), 119.6, 28.4)
COUNTY: Final = Spot("331199", both("Qingxi County", "青溪县"), 119.30, 28.10)


def _town(
    number: int, en: str, zh: str, at: tuple[float, float], villages: tuple[tuple[str, str, float, float], ...]
) -> Town:
    code = f"331199{100 + number}"
    return Town(
        Spot(code, both(en, zh), *at),
        tuple(
            Spot(f"{code}{201 + place}", both(name, han), at[0] + east, at[1] + north)
            for place, (name, han, east, north) in enumerate(villages)
        ),
    )


TOWNS: Final = (
    _town(
        1,
        "Yaokou",
        "窑口镇",
        (119.21, 28.17),
        (
            ("Upper Kiln", "上窑村", -0.03, 0.02),
            ("Clay Hill", "泥岭村", -0.05, -0.01),
            ("Pine Bend", "松湾村", 0.02, 0.04),
            ("Old Ferry", "古渡村", 0.03, -0.02),
        ),
    ),
    _town(
        2,
        "Chashan",
        "茶山镇",
        (119.44, 28.22),
        (
            ("Cloud Terrace", "云台村", 0.04, 0.03),
            ("White Tea", "白茶村", 0.06, -0.01),
            ("Spring Gate", "泉门村", -0.03, 0.04),
            ("Nine Steps", "九级村", 0.01, -0.04),
        ),
    ),
    _town(
        3,
        "Zhuxi",
        "竹溪镇",
        (119.12, 28.02),
        (
            ("Bamboo Stream", "竹溪村", -0.04, 0.01),
            ("Split Rock", "裂石村", -0.05, -0.04),
            ("Green Wall", "青垣村", 0.02, -0.05),
            ("Lantern Lane", "灯巷村", 0.04, 0.02),
        ),
    ),
    _town(
        4,
        "Liangtian",
        "良田镇",
        (119.31, 27.95),
        (
            ("Long Field", "长田村", -0.03, -0.03),
            ("Mill Bridge", "磨桥村", 0.02, -0.05),
            ("Duck Pond", "鸭塘村", 0.05, 0.0),
            ("Red Soil", "红壤村", -0.05, 0.02),
        ),
    ),
    _town(
        5,
        "Huaxi",
        "花溪镇",
        (119.49, 28.03),
        (
            ("Bee Valley", "蜂谷村", 0.04, 0.02),
            ("Camellia", "山茶村", 0.06, -0.03),
            ("Stone Well", "石井村", 0.0, -0.05),
            ("Flower Brook", "花溪村", -0.03, 0.03),
        ),
    ),
    _town(
        6,
        "Lanfang",
        "蓝坊镇",
        (119.33, 28.28),
        (
            ("Indigo Mill", "蓝坊村", -0.03, 0.03),
            ("Weir Head", "堰头村", 0.04, 0.03),
            ("Ginkgo", "银杏村", 0.06, -0.01),
            ("Fox Hollow", "狐坳村", -0.06, 0.0),
        ),
    ),
)

# Roads of the skeleton: from, to, kilometres, minutes. Names are town numbers, "centre", or town.village.
ROADS: Final = (
    ("centre", "1", 13.4, 21),
    ("centre", "2", 19.8, 33),
    ("centre", "3", 21.6, 36),
    ("centre", "4", 18.0, 27),
    ("centre", "5", 22.7, 38),
    ("centre", "6", 21.1, 35),
    ("1", "3", 22.9, 41),
    ("1", "6", 19.4, 34),
    ("2", "5", 24.3, 43),
    ("2", "6", 15.2, 26),
    ("3", "4", 23.8, 40),
    ("4", "5", 20.5, 35),
)

CERAMICS, TEA, BAMBOO, FOOD, CLOTH = "ceramics", "tea", "bamboo", "food", "cloth"

MAKERS: Final = (
    Maker(
        "aminas-kiln",
        True,
        "1.0",
        True,
        both("Amina's Kiln", "阿米娜窑"),
        both(
            "Three generations throw on one wheel. Amina fires with pine twice a month and opens the kiln on a Saturday.",
            "一家三代守着一架转盘。阿米娜每月用松柴烧两窑，逢周六开窑。",
        ),
        (
            Good(
                "celadon_vase",
                CERAMICS,
                both("Celadon vase, pine-fired", "松烧青瓷瓶"),
                both(
                    "Thrown, trimmed and glazed by one hand. The green comes from iron and three days of pine smoke.",
                    "一人拉坯、修足、上釉。那抹青色来自铁和三天的松烟。",
                ),
                26800,
                1400,
                24,
            ),
            Good(
                "celadon_set",
                CERAMICS,
                both("Celadon tea bowl", "青瓷茶碗"),
                both(
                    "Sits in two hands. Each foot is cut by eye, so no two are alike.",
                    "双手可捧。足由目测修成，只只不同。",
                ),
                8800,
                420,
                120,
            ),
            Good(
                "tenmoku_bowl",
                CERAMICS,
                both("Tenmoku bowl", "天目盏"),
                both("Black that turns to hare's fur where the glaze ran.", "釉流之处，黑中生兔毫。"),
                12800,
                380,
                60,
            ),
        ),
    ),
    Maker(
        "clay-hill",
        True,
        "1.1",
        True,
        both("Clay Hill Pottery", "泥岭陶坊"),
        both(
            "The Wu brothers dig their own clay and make what kitchens need.",
            "吴家兄弟自掘陶泥，做厨房里用得着的东西。",
        ),
        (
            Good(
                "shino_bowl",
                CERAMICS,
                both("Noodle bowl with dripped glaze", "流釉面碗"),
                both("Holds a full portion, stacks, goes into the oven.", "盛得下一整份，可叠放，可入烤箱。"),
                6800,
                760,
                90,
            ),
            Good(
                "ash_jar",
                CERAMICS,
                both("Ash-glazed jar", "灰釉罐"),
                both(
                    "For tea, salt or flowers. Ash of rice straw, fired for twenty hours.",
                    "装茶、装盐或插花。稻草灰釉，烧二十个钟头。",
                ),
                15800,
                1650,
                30,
            ),
            Good(
                "ash_cup",
                CERAMICS,
                both("Everyday cup", "日用杯"),
                both("A cup that is missed when it is in the wash.", "洗的时候会惦记的那只杯子。"),
                3800,
                260,
                200,
            ),
        ),
    ),
    Maker(
        "blue-hand",
        False,
        "1.2",
        True,
        both("Blue Hand Studio", "蓝手工作室"),
        both(
            "Painters who came back from the city and rent two rooms in the park.",
            "从城里回来的画师，在园区租了两间屋。",
        ),
        (
            Good(
                "cobalt_vase",
                CERAMICS,
                both("Painted bottle vase", "青花长颈瓶"),
                both("Leaves in cobalt, painted before the glaze. Signed and dated.", "釉下钴料画叶，署名并记日期。"),
                36800,
                1500,
                12,
            ),
            Good(
                "cobalt_bowl",
                CERAMICS,
                both("Painted rice bowl, set of two", "青花饭碗（两只）"),
                both("A pair in a box of straw board.", "一对，装在草板盒里。"),
                9800,
                820,
                80,
            ),
        ),
    ),
    Maker(
        "cloud-terrace",
        True,
        "2.0",
        False,
        both("Cloud Terrace Tea", "云台茶农"),
        both(
            "Forty mu at eight hundred metres, picked by the family and three neighbours.",
            "海拔八百米，四十亩，全家和三户邻居采摘。",
        ),
        (
            Good(
                "green_tea",
                TEA,
                both("Spring green tea, 100 g", "明前绿茶 100克"),
                both(
                    "Picked in the ten days before Qingming, fried in the pan the same evening.",
                    "清明前十日采，当晚锅炒。",
                ),
                16800,
                260,
                150,
            ),
            Good(
                "black_tea",
                TEA,
                both("Hill black tea, 100 g", "高山红茶 100克"),
                both("Withered in the loft, sweet like dried longan.", "阁楼萎凋，甜如桂圆干。"),
                12800,
                260,
                140,
            ),
        ),
    ),
    Maker(
        "white-tea-house",
        True,
        "2.1",
        False,
        both("White Tea House", "白茶人家"),
        both("Mother and daughter dry buds on bamboo in the morning sun.", "母女俩在晨光里用竹匾晾芽。"),
        (
            Good(
                "white_tea",
                TEA,
                both("White tea buds, 50 g", "白毫银针 50克"),
                both("Only buds, only sun. Three brews, then three more.", "只取芽，只用日光。三泡之后再三泡。"),
                19800,
                180,
                60,
            ),
        ),
    ),
    Maker(
        "bamboo-stream",
        True,
        "3.0",
        False,
        both("Bamboo Stream Weavers", "竹溪篾匠"),
        both(
            "Old Zhong splits a stalk into sixty strands; his granddaughter draws the patterns.",
            "老钟把一根竹劈成六十丝，孙女画花样。",
        ),
        (
            Good(
                "basket",
                BAMBOO,
                both("Market basket", "买菜篮"),
                both("Carries eight kilos and dries in an hour.", "装得下八公斤，一小时晾干。"),
                9800,
                720,
                70,
            ),
            Good(
                "tray",
                BAMBOO,
                both("Tea tray, fine weave", "细编茶盘"),
                both("Two days of work in one tray.", "一只盘，两天工。"),
                11800,
                480,
                45,
            ),
        ),
    ),
    Maker(
        "lantern-lane",
        False,
        "3.3",
        True,
        both("Lantern Lane Workshop", "灯巷工坊"),
        both(
            "Six women who made lamps for export and now make them under their own name.",
            "六位过去做出口灯具的女工，如今用自己的名字做灯。",
        ),
        (
            Good(
                "lamp",
                BAMBOO,
                both("Bamboo lamp", "竹灯"),
                both(
                    "Split bamboo around a warm bulb. Flat-packed, ten minutes to put together.",
                    "竹丝围着一盏暖灯。平装，十分钟装好。",
                ),
                22800,
                980,
                36,
            ),
            Good(
                "gourd",
                BAMBOO,
                both("Polished gourd flask", "磨光葫芦"),
                both("Grown on the fence, dried a winter, polished with rush.", "篱上长成，晾一冬，用木贼草打磨。"),
                7800,
                240,
                50,
            ),
        ),
    ),
    Maker(
        "long-field",
        True,
        "4.0",
        False,
        both("Long Field Kitchen", "长田灶台"),
        both(
            "Chillies, pickles and rice from one valley, cooked in one kitchen.",
            "一个山谷的辣椒、腌菜和米，一口灶做出来。",
        ),
        (
            Good(
                "chilli",
                FOOD,
                both("Fermented chilli, 350 g", "剁椒 350克"),
                both("Salted for forty days. Hot first, then sweet.", "腌四十天，先辣后甜。"),
                2980,
                560,
                300,
            ),
            Good(
                "pickle_jar",
                FOOD,
                both("Pickles in the jar, 2 kg", "原坛腌菜 2公斤"),
                both("The jar is yours to keep.", "坛子归您。"),
                8800,
                3400,
                40,
            ),
        ),
    ),
    Maker(
        "mill-bridge",
        True,
        "4.1",
        False,
        both("Mill Bridge Winery", "磨桥酒坊"),
        both("Rice, spring water and patience; the mill still turns.", "米、泉水和耐心；水磨还在转。"),
        (
            Good(
                "rice_wine",
                FOOD,
                both("Three-year rice wine, 500 ml", "三年陈米酒 500毫升"),
                both("Warm it in a bath, not in a pan.", "隔水温，不下锅。"),
                6800,
                1150,
                110,
            ),
        ),
    ),
    Maker(
        "bee-valley",
        True,
        "5.0",
        False,
        both("Bee Valley", "蜂谷人家"),
        both("Eighty hives that move with the flowers.", "八十箱蜂，跟着花走。"),
        (
            Good(
                "honey",
                FOOD,
                both("Wild flower honey, 500 g", "百花蜜 500克"),
                both("One harvest a year, after midsummer.", "一年一收，过了夏至才割。"),
                7800,
                780,
                130,
            ),
            Good(
                "chestnut_honey",
                FOOD,
                both("Chestnut honey, 500 g", "板栗蜜 500克"),
                both("Dark, a little bitter, good with cheese and bread.", "色深，微苦，配奶酪和面包。"),
                8800,
                780,
                60,
            ),
        ),
    ),
    Maker(
        "camellia-press",
        False,
        "5.1",
        False,
        both("Camellia Press", "山茶油坊"),
        both(
            "A village co-operative with one wooden press and forty-two members.", "一台木榨，四十二位社员的村合作社。"
        ),
        (
            Good(
                "camellia_oil",
                FOOD,
                both("Camellia oil, 500 ml", "山茶油 500毫升"),
                both("Cold-pressed within a week of picking.", "采后一周内冷榨。"),
                12800,
                980,
                85,
            ),
            Good(
                "mushrooms",
                FOOD,
                both("Dried forest mushrooms, 200 g", "干香菇 200克"),
                both("Grown on oak, dried over charcoal.", "段木种植，炭火烘干。"),
                5800,
                340,
                160,
            ),
        ),
    ),
    Maker(
        "indigo-mill",
        False,
        "6.0",
        True,
        both("Indigo Mill", "蓝坊布染"),
        both(
            "Dye plants on the slope, vats in the old mill, cloth on the drying racks.",
            "坡上种蓝，老磨坊里开缸，晒布架上挂布。",
        ),
        (
            Good(
                "indigo",
                CLOTH,
                both("Indigo cloth, 3 m", "蓝染布 3米"),
                both(
                    "Dipped eleven times. Washes to the blue of a pair of old trousers.",
                    "下缸十一次，越洗越像旧裤子的蓝。",
                ),
                18800,
                900,
                40,
            ),
            Good(
                "madder",
                CLOTH,
                both("Madder cloth, 3 m", "茜染布 3米"),
                both("Root dye, printed with blocks cut in the village.", "草根染，用村里刻的版印。"),
                19800,
                900,
                28,
            ),
        ),
    ),
)

PARK: Final = (
    "old-kiln-park",
    both("Old Kiln Park", "老窑文创园"),
    both(
        "The porcelain factory that closed in 1998, let room by room to people who make things.",
        "一九九八年停产的瓷厂，一间一间租给做东西的人。",
    ),
)
CENTRE: Final = ("qingxi-centre", both("Qingxi County Centre", "青溪县运营中心"))
PLATFORM: Final = ("qingxi-town", both("Qingxi Town Market", "青溪大集"))
CARRIER: Final = ("swift-line", both("Swift Line", "快线物流"))
HOSTS: Final = (
    (
        "dao",
        both("Dao", "道哥"),
        both(
            "Taught school for twenty years, now shows what his pupils' parents make.",
            "教了二十年书，如今替学生的父母卖手艺。",
        ),
    ),
    (
        "lan",
        both("Lan", "阿岚"),
        both("Talks tea from the terrace, with the pan on the fire.", "站在茶园里讲茶，锅就在火上。"),
    ),
    ("mei", both("Mei", "小梅"), both("Sells for twenty households with one phone.", "一部手机，替二十户人家卖货。")),
)
DRIVERS: Final = (("chen", both("Chen", "陈师傅")), ("hua", both("Hua", "华姐")))
