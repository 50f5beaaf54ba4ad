"""That the table says what the map says: namespaces that nobody is in, what lies in what, states, borders and command lines;
each function is one test."""

import re
import time

from window import Keys

ROWS = """[...document.querySelectorAll('#%s tbody tr')].map((row) => Object.fromEntries(
  [...row.children].map((cell, index) => [document.querySelectorAll('#%s thead th')[index].dataset.by, cell.textContent])))"""


def rows(page, part):
    """The rows of a table, each by the names of its columns."""
    return page.window.value(ROWS % (part, part))


def row(page, part, **texts):
    """The row that has texts in columns, once there is one."""
    limit = time.monotonic() + 12
    while time.monotonic() < limit:
        for one in rows(page, part):
            if all(re.search(text, one[column]) for column, text in texts.items()):
                return one
        time.sleep(0.1)
    told = [[one[column] for column in texts] for one in rows(page, part)]
    raise AssertionError(f"there is no {texts} among {part}: {told}")


def show(page, kind):
    page.window.do("document.getElementById('as-table').click()")
    page.window.choose(kind)
    page.window.wait("document.querySelectorAll('#processes tbody tr').length > 0")


def test_table_has_everybody(page):
    show(page, "uts")
    counted = int(page.world.ask("ls -d /proc/[0-9]* | wc -l").strip())
    found = rows(page, "processes")
    assert abs(len(found) - counted) <= 3, (len(found), counted)
    assert sum(one["borders"] != "" for one in found) >= 4, found
    for part in ("namespaces", "processes"):
        assert page.window.value(f"document.querySelector('#{part} caption').textContent.length") > 20
        assert page.window.value(f"[...document.querySelectorAll('#{part} thead th')].every((one) => one.scope === 'col')")
        assert page.window.value(f"[...document.querySelectorAll('#{part} tbody th')].every((one) => one.scope === 'row')")
    page.window.do("document.querySelector('#processes [data-by=name] button').click()")
    names = [one["name"] for one in rows(page, "processes")]
    assert names == sorted(names), names
    assert page.window.value("document.querySelector('#processes [data-by=name]').getAttribute('aria-sort')") == "ascending"
    page.window.do("document.querySelector('#processes [data-by=parent] button').click()")
    assert rows(page, "processes")[0]["pid"] == "1"


def test_table_has_every_namespace_of_every_kind(page):
    page.window.do("document.getElementById('as-map').click()")
    for kind in ("user", "pid", "mnt", "net", "uts", "ipc", "cgroup", "time"):
        page.window.choose(kind)
        page.window.wait("document.querySelectorAll('.coast:not(.leaving)').length > 0")
        page.window.do("document.getElementById('as-map').click()")
        drawn = sorted(page.window.value("[...document.querySelectorAll('.folk:not(.leaving)')].map((one) => one.getAttribute('aria-label').split(/,| [(]/)[0])"))
        page.window.do("document.getElementById('as-table').click()")
        told = [one["namespace"] for one in rows(page, "namespaces") if f"{kind}:[" in one["namespace"]]
        assert len(told) == len(drawn), (kind, told, drawn)
        letters = sorted(name.rsplit(" ", 1)[1] for name in drawn if "machine" not in name)
        assert sorted(name.split(" ")[0] for name in told if not name.startswith("machine")) == letters, (kind, told, drawn)


def test_table_says_what_keeps_a_namespace(page):
    world = page.world
    world.run("unshare --uts sleep 1700 & kept=$!; sleep 0.3; mount -t tmpfs none /media; touch /media/held; unshare --net=/media/held true")
    world.run("exec 3</proc/$kept/ns/uts 4</proc/$kept/ns/uts 5</proc/$kept/ns/uts 6</proc/$kept/ns/uts 7</proc/$kept/ns/uts")
    inode = world.ask("readlink /proc/$kept/ns/uts").strip()
    # The outer one has nobody in it when its shell is gone, and reaped.
    world.run("kill $kept; unshare --user --map-root-user sh -c 'unshare --user --map-root-user sleep 1701 & sleep 0.5'")
    try:
        show(page, "uts")
        held = row(page, "namespaces", namespace=re.escape(inode), count="uninhabited", kept=" more")
        assert re.search(r"descriptor \d of PID \d+;.*\d more", held["kept"]), held
        page.window.choose("net")
        assert row(page, "namespaces", kept="mount at /media/held", count="uninhabited", owner="machine")
        page.window.choose("user")
        empty = row(page, "namespaces", count="uninhabited", kept="1 User namespace in it")
        assert empty["maker"] == "root", empty
        inner = row(page, "namespaces", outer=f"^{empty['namespace'].split(' ')[0]}$")
        assert inner["count"] == "1", inner
    finally:
        world.run("exec 3<&- 4<&- 5<&- 6<&- 7<&-; umount /media/held; umount /media; pkill -f 'sleep 1701'")


def test_table_nests_what_nests(page):
    for kind, nests in (("pid", True), ("user", True), ("net", False)):
        show(page, kind)
        found = rows(page, "namespaces")
        assert ("outer" in found[0]) == nests, found
        depths = page.window.value("[...document.querySelectorAll('#namespaces tbody th')].map((one) => Number(one.style.getPropertyValue('--depth')))")
        if not nests:
            assert set(depths) == {0}, depths
            continue
        by_name = {one["namespace"].split(" ")[0]: (depth, index) for index, (one, depth) in enumerate(zip(found, depths))}
        assert max(depths) >= 2, (found, depths)
        for one, (depth, index) in zip(found, by_name.values()):
            if depth:
                outer = by_name[one["outer"]]
                assert outer[0] == depth - 1 and outer[1] < index, found


def test_table_says_states_borders_and_lines(page):
    page.world.run("sleep 1710 & stopped=$!; (sleep 0.1 & exec sleep 1711) & sleep 0.4; kill -STOP $stopped; unshare --uts --ipc sleep 1712 &")
    show(page, "uts")
    assert row(page, "processes", line="^sleep 1710$", state="^stopped$")
    dead = row(page, "processes", state="zombie", parent="sleep")
    assert dead["uts:"] == "none any more", dead
    split = row(page, "processes", line="^sleep 1712$", borders="uts")
    assert split["borders"] == "+uts +ipc" and split["parent"] == "sh 1", split
    assert re.fullmatch(r"\+changed [A-Z]+ was machine", split["uts:"]), split
    assert re.fullmatch(r"\+changed [A-Z]+ was machine", split["ipc:"]), split
    assert split["mnt:"] == "machine", split
    namespace = row(page, "namespaces", came=f"sleep {split['pid']} from machine")
    assert namespace["count"] == "1", namespace
    inside = row(page, "processes", pid=r"^\d+ → \d+ → 1$")
    assert "+pid" in inside["borders"], inside
    page.world.run("pkill -KILL -f 'sleep 171[012]'")


def test_table_says_containers_and_what_may_not_be_read(page):
    """Of a world that the machine of the tests does not have, told to the page's own modules."""
    found = page.window.driver.execute_async_script("""
      const done = arguments[0];
      Promise.all([import('./world.js'), import('./table.js')]).then(([{World}, {WorldTable}]) => {
        const world = new World(), ns = {uts: 1, pid: 2};
        const namespaces = [{key: 'uts:1', kind: 'uts', inode: 1}];
        const processes = [
          {key: '1.1', pid: 1, ppid: 0, start: 1, name: 'init', ns, uid: 0},
          {key: '2.1', pid: 2, ppid: 0, start: 1, name: 'kthreadd', ns, uid: 0, kernel: true},
          {key: '7.2', pid: 7, ppid: 1, start: 2, name: 'web', container: 'docker:blue', uid: 5, line: 'web --serve'},
        ];
        world.apply({setting: {host: 'h', machine: ns, users: {0: 'root'}}, processes, gone: [], namespaces, sunken: []});
        const place = document.createElement('div');
        new WorldTable(place, () => {}).show(world, 'uts', [...world.processes.values()], null, null);
        done([...place.querySelectorAll('tbody tr')].map((row) => row.textContent));
      }).catch((error) => done(String(error)));""")
    assert len(found) == 5, found
    assert "not readable" in found[1] and found[1].endswith("1"), found
    assert any("docker:blue" in one and "web --serve" in one and one.count("unreadable") == 8 for one in found), found
    assert any(one.startswith("[kthreadd]") and "kernel thread" in one for one in found), found


def test_table_keeps_to_search_and_filter_and_namespace(page):
    show(page, "uts")
    everybody = len(rows(page, "processes"))
    page.window.search("sleep 1003")
    page.window.wait("document.querySelectorAll('#processes tbody tr').length <= 2")
    assert row(page, "processes", line="sleep 1003")
    assert len(rows(page, "namespaces")) == 1, rows(page, "namespaces")
    inode = re.search(r"\[(\d+)\]", rows(page, "namespaces")[0]["namespace"]).group(1)
    page.window.search(inode)
    page.window.wait("document.getElementById('found').textContent === '0 found, 1 namespace'")
    assert len(rows(page, "namespaces")) == 1
    page.window.do("document.getElementById('as-map').click()")
    page.window.wait("document.querySelectorAll('.coast.found').length === 1")
    page.window.search("")
    page.window.wait("document.querySelectorAll('.coast.found').length === 0")
    show(page, "uts")
    page.window.do("document.getElementById('only-borders').click()")
    # Fewer they are also when what the test before has ended is gone only now.
    page.window.wait("[...document.querySelectorAll('#processes td.borders')].every((one) => one.textContent)")
    assert 0 < len(rows(page, "processes")) < everybody
    page.window.do("document.getElementById('only-borders').click()")
    page.window.do("document.querySelectorAll('#namespaces tbody button')[1].click()")
    page.window.wait("!document.querySelector('.all').hidden")
    chosen = rows(page, "namespaces")[1]
    assert len(rows(page, "processes")) == int(chosen["count"]), (chosen, rows(page, "processes"))
    letter = chosen["namespace"].split(" ")[0]
    assert all(letter in one["uts:"] for one in rows(page, "processes")), rows(page, "processes")
    assert f"in UTS namespace {letter}" in page.window.value("document.querySelector('#processes caption').textContent")
    page.window.do("document.querySelector('.all').click()")
    page.window.wait(f"document.querySelectorAll('#processes tbody tr').length > {chosen['count']}")
    assert "in UTS namespace" not in page.window.value("document.querySelector('#processes caption').textContent")


def test_table_by_keys_alone(page):
    window = page.window
    page.window.do("document.getElementById('as-map').click()")
    window.choose("uts")
    window.do("document.getElementById('kind-uts').focus()")
    window.keys("t")
    window.wait("!document.getElementById('table').hidden")
    reached = []
    for _ in range(40):
        window.keys(Keys.TAB)
        reached.append(window.value("document.activeElement.closest('tbody') && document.activeElement.closest('.part').id"))
        if reached[-1] == "processes":
            break
    assert "namespaces" in reached and reached[-1] == "processes", reached
    pid = "document.activeElement.closest('tr').children[1].textContent"
    window.keys(Keys.HOME)
    assert window.value(pid) == "1"
    window.keys(Keys.ARROW_RIGHT)
    child = window.value(pid)
    assert window.value("document.activeElement.closest('tr').children[2].textContent") == "sh 1" and child != "1"
    window.keys(Keys.ARROW_LEFT)
    assert window.value(pid) == "1"
    page.world.run("sleep 1720 & short=$!; sleep 0.1; sleep 1721 & long=$!")
    gone, here = (row(page, "processes", line=f"^sleep 172{digit}$")["pid"] for digit in "01")
    window.do("[...document.querySelectorAll('#processes tbody tr')].find((one) => one.children[1].textContent === arguments[0]).querySelector('button').focus()", here)
    page.world.run("kill $short; wait $short")
    window.wait(f"![...document.querySelectorAll('#processes tbody td:nth-child(2)')].some((one) => one.textContent === '{gone}')")
    assert window.value(pid) == here, "the focus is lost when another row goes"
    window.keys(Keys.ENTER)
    window.wait("!document.getElementById('inspector').hidden")
    assert window.value("document.getElementById('inspector').contains(document.activeElement)")
    window.keys(Keys.ESCAPE)
    window.wait("document.getElementById('inspector').hidden")
    assert window.value(pid) == here, "the focus does not come back to the row"
    window.do("document.querySelector('#namespaces tbody [tabindex=\"0\"]').focus()")
    window.keys(Keys.HOME, Keys.ARROW_DOWN, Keys.SPACE)
    window.wait("!document.querySelector('.all').hidden")
    assert window.value("document.activeElement.getAttribute('aria-pressed')") == "true"
    window.keys(Keys.SPACE)
    window.wait("document.querySelector('.all').hidden")
    window.do("document.getElementById('search').focus()")
    window.keys(*"sleep 1004", Keys.ENTER)
    window.wait("document.activeElement.closest('#processes tbody')")
    window.search("")
    page.world.run("kill $long")
    assert page.window.errors() == []
    window.keys("m")
    window.wait("!document.getElementById('map').hidden")


def test_table_is_moved_within_a_telephone(page):
    """Else the page is as wide as the table, and what lies over it is out of sight."""
    page.window.shape(390, 844, mobile=True)
    try:
        show(page, "uts")
        assert page.window.value("document.documentElement.scrollWidth") == 390
        page.window.do("document.getElementById('help').showModal()")
        assert page.window.value("document.documentElement.scrollWidth") == 390
        box = page.window.value("(({left, right}) => [left, right])(document.getElementById('help').getBoundingClientRect())")
        assert 0 <= box[0] and box[1] <= 390, box
    finally:
        page.window.do("document.getElementById('help').close()")
        page.window.shape(1440, 900)
        page.window.do("document.getElementById('as-map').click()")
