def test_probe(cast, town):
    page = cast.enter("maker")
    page.screenshot(path="/tmp/probe.png")
    print(town.told["urls"])
