"""What a learner does with the page of a course, and what an attacker would; each function is one test."""

import os
import re
import shutil
import signal
import sys
import tempfile
import time

import trials
from learner import Learner, Program
from window import Keys

FOLDER = os.path.dirname(os.path.abspath(__file__))
PROGRAM = sys.argv[1]
COURSE = "anatomy-of-a-process"


class Page:
    """A program at lesson S41 and a learner at its page, which several tests share."""

    def __init__(self):
        self.state = tempfile.mkdtemp(prefix="pangaea-course-")
        self.program = Program(PROGRAM, self.state, "S41")
        self.learner = Learner(1280, 800)
        self.learner.enter(self.program)

    def other(self, *words):
        """Another run, with progress of its own."""
        return Program(PROGRAM, tempfile.mkdtemp(prefix="pangaea-course-"), *words)

    def close(self):
        self.learner.close()
        self.program.close()
        shutil.rmtree(self.state)


def end(program):
    program.close()
    left = program.left_behind()
    shutil.rmtree(program.state)
    assert not left, left


# Who gets in.

def test_nobody_without_the_link_reaches_a_shell(page):
    program = page.program
    port = program.port
    own = {"Host": f"127.0.0.1:{port}", "Origin": f"http://127.0.0.1:{port}"}
    for path in ("/", "/course.html", "/feed", "/socket", "/process?key=1.1"):
        assert program.request(path)[0] == 403, path
    assert program.request(program.link[program.link.index("/?"):])[0] == 403, "the link opened twice"
    assert " 403 " in program.knock(own), "a socket without the cookie"
    cookie = page.learner.driver.get_cookies()[0]
    assert cookie["path"] == program.place + "/", cookie
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict", cookie
    mine = {**own, "Cookie": f"{cookie['name']}={cookie['value']}"}
    assert " 403 " in program.knock({**mine, "Origin": "http://evil.example"})
    assert " 403 " in program.knock({**mine, "Origin": f"http://127.0.0.1:{port + 1}"})
    assert " 403 " in program.knock({key: value for key, value in mine.items() if key != "Origin"})
    assert " 421 " in program.knock({**mine, "Host": "evil.example"})
    assert " 404 " in program.knock(mine, "/page.js"), "what is the map's"
    assert page.learner.value("document.body.dataset.state") == "live"
    assert " 101 " in program.knock(mine)
    page.learner.wait("document.body.dataset.state === 'elsewhere'")
    page.learner.do("document.getElementById('notice-button').click()")
    page.learner.settle()


def test_the_policy_is_strict_and_kept(page):
    cookie = page.learner.driver.get_cookies()[0]
    _, _, headers = page.program.request("/", {"Cookie": f"{cookie['name']}={cookie['value']}"})
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';") and "unsafe" not in policy, policy
    page.learner.type("A", r"printf '\033[38;2;200;30;30mcoloured\033[0m\n'")
    page.learner.seen("A", "\ncoloured")
    color = page.learner.value("""getComputedStyle([...document.querySelectorAll('#shell-A .xterm-rows span')].
      findLast((one) => one.textContent.includes('coloured'))).color""")
    assert color == "rgb(200, 30, 30)", color
    assert not (errors := page.learner.errors()), errors


def test_a_port_is_taken_once(page):
    other = page.other("--port", str(page.program.port))
    try:
        status, said = other.wait()
        assert status == 2 and "another program listens on that port" in said and "try:" in said, said
    finally:
        end(other)


# A lesson.

def test_a_step_goes_from_guess_to_verdict(page):
    learner = page.learner
    assert learner.phase() == "predicting" and "S41" in learner.page()
    learner.press("h")
    learner.wait("document.getElementById('page').textContent.includes('Guess, with one of the numbers')")
    learner.press("1")
    learner.wait("document.body.dataset.phase === 'doing'")
    assert "You say" in learner.page()
    learner.press("c")
    learner.wait("document.getElementById('page').textContent.includes('Not yet')")
    learner.press("h")
    learner.wait("document.querySelector('.hint-given')")
    assert "did unshare fail" in learner.page(), learner.page()
    learner.press("r")
    learner.wait("document.querySelectorAll('#page .marked').length > 0", 30)
    assert learner.settle() in ("doing", "concluded")


def test_a_lesson_is_reset_and_really_begins_again(page):
    learner = page.learner
    learner.type("A", "hostname changed; echo kept > file; (exec sleep 4242) &", "hostname")
    learner.seen("A", "\nchanged")
    learner.press("x")
    learner.wait("document.body.dataset.phase === 'predicting'")
    learner.wait("!document.querySelector('#shell-A .xterm-rows').textContent.includes('changed')")
    learner.type("A", "hostname; ls; pgrep -f 'sleep 4242' || echo nobody")
    text = learner.seen("A", "\nnobody")
    assert "\npangaea" in text and "\nfile" not in text, text


def test_a_step_without_commands_is_not_counted(page):
    learner = page.learner
    learner.press("x")
    learner.wait("document.body.dataset.phase === 'predicting'")
    learner.press("1")
    learner.wait("document.body.dataset.phase === 'doing'")
    assert learner.value("document.getElementById('step').textContent") == "Your turn"
    assert "Done." not in learner.page(), learner.page()


def test_both_shells_are_real_terminals(page):
    learner = page.learner
    learner.type("A", "tty; echo A is $$; cat")
    learner.type("B", "echo B is $$; sleep 1000")
    assert re.search(r"\nB is \d+", learner.seen("B", "\nB is "))
    assert "/dev/" in learner.seen("A", "\nA is ")
    learner.type("B", "Ctrl-C", "echo $((6 * 7))")
    learner.seen("B", "\n42")
    learner.type("A", "Ctrl-D", "stty size")
    rows = learner.value("document.querySelectorAll('#shell-A .xterm-rows > div').length")
    learner.seen("A", f"\n{rows} ")
    learner.shape(1280, 1000)
    learner.wait(f"document.querySelectorAll('#shell-A .xterm-rows > div').length > {rows}")
    rows = learner.value("document.querySelectorAll('#shell-A .xterm-rows > div').length")
    time.sleep(0.3)
    learner.type("A", "clear; stty size")
    learner.seen("A", f"\n{rows} ")
    learner.shape(1280, 800)


def test_a_long_paste_arrives_whole(page):
    learner = page.learner
    learner.type("A", "clear; sed /^end/q > pasted; wc pasted")
    learner.do("""
      const text = new DataTransfer();
      text.setData('text/plain', 'a line of what was pasted\\n'.repeat(10000) + 'end\\n');
      document.querySelector('#shell-A textarea').dispatchEvent(new ClipboardEvent('paste', {clipboardData: text, bubbles: true}));""")
    learner.seen("A", "10001", 60)


def test_the_key_that_leads_out_is_typed_when_it_is_pressed_twice(page):
    learner = page.learner
    learner.type("B", "clear; stty -echo; cat -v")
    learner.press("b")
    learner.leave_shell()
    learner.wait("!document.activeElement.closest('.screen')")
    learner.leave_shell()
    learner.wait("document.activeElement.closest('#shell-B')")
    learner.keys(Keys.F1, Keys.F5, Keys.ENTER)
    text = learner.seen("B", "^]")
    assert "^]^[OP^[[15~" in text, text
    # Only right after: what was pressed in between has ended it.
    learner.leave_shell()
    learner.keys("w")
    learner.wait("document.activeElement.closest('#world')")
    learner.leave_shell()
    time.sleep(0.2)
    assert not learner.value("document.activeElement.closest('.screen') !== null")
    learner.type("B", "Ctrl-C", "stty echo; clear")


def test_the_key_that_leads_out_ends_the_shells_alone(page):
    learner = page.learner
    learner.press("s")
    learner.wait("document.body.classList.contains('free') && document.activeElement.closest('#shell-A')")
    learner.leave_shell()
    learner.wait("!document.body.classList.contains('free') && document.activeElement.id === 'page'")
    learner.keys("s")  # Nothing of it goes to the shell.
    learner.wait("document.body.classList.contains('free') && document.activeElement.closest('#shell-A')")
    learner.leave_shell()
    learner.wait("!document.body.classList.contains('free') && document.activeElement.id === 'page'")
    learner.keys("l")
    learner.wait("!document.getElementById('list').hidden")
    learner.keys(Keys.ESCAPE)
    learner.wait("document.getElementById('list').hidden")


def test_full_screen_programs_survive_a_reload(page):
    learner = page.learner
    learner.type("B", "clear; seq 100; busybox vi notes")
    learner.press("b")
    learner.seen("B", "\n~")
    learner.keys("i", *"hello from vi", Keys.ESCAPE)
    learner.seen("B", "hello from vi")
    learner.driver.refresh()
    learner.settle()
    learner.seen("B", "hello from vi")
    learner.press("b")
    learner.keys(*":wq", Keys.ENTER)
    time.sleep(0.3)
    learner.keys(*"cat notes; echo done", Keys.ENTER)
    text = learner.seen("B", "\nhello from vi\ndone")
    assert "\n~" not in text, text


def test_a_reload_asks_nobody_and_repaints(page):
    """What a terminal is asked by what was printed before is not answered again, as if it had been typed."""
    learner = page.learner
    # The terminal answers what it is asked now: where the cursor is, and what it is.
    learner.type("A", r"clear; printf '\033[6n\033[c'; read -s -t 1 -d c answer; echo answered: ${#answer}; echo before")
    assert re.search(r"\nanswered: 1\d\nbefore", learner.seen("A", "\nbefore"))
    phase, lesson = learner.phase(), learner.lesson()
    for _ in range(2):
        learner.driver.refresh()
        learner.settle()
    assert (learner.phase(), learner.lesson()) == (phase, lesson)
    learner.type("A", "echo after")
    text = learner.seen("A", "\nafter")
    assert "before" in text and "[?" not in text and ";1R" not in text, text
    assert not (errors := page.learner.errors()), errors


def test_the_map_moves_with_each_command(page):
    learner = page.learner
    learner.press("x")
    learner.wait("document.querySelectorAll('.node').length >= 3")
    learner.wait("document.querySelectorAll('.coast:not(.leaving)').length === 1", 15)
    learner.type("A", "unshare --uts bash")
    learner.wait("document.querySelector('svg.map').dataset.kind === 'uts' && document.querySelectorAll('.coast:not(.leaving)').length === 2")
    names = learner.value("[...document.querySelectorAll('.node:not(.leaving)')].map((one) => one.getAttribute('aria-label'))")
    assert any(name.startswith("init, PID 1,") for name in names), names
    assert any("UTS namespace A" in name for name in names), names
    assert len(names) <= 5, names
    learner.type("A", "echo $$ > /proc/self/fd/1")
    number = re.search(r"\n(\d+)\n", learner.seen("A", "fd/1\n") + "\n").group(1)
    assert any(f"PID {number}," in name for name in names), (number, names)
    learner.press("x")
    learner.wait("document.querySelectorAll('.coast:not(.leaving)').length === 1", 15)


def test_hostile_output_does_nothing(page):
    learner = page.learner
    learner.type("A", "clear", "echo '<script>window.hacked = 1</script><img src=x onerror=window.hacked=1>'")
    learner.seen("A", "\n<script>window.hacked = 1</script><img")
    for sequence in (
        r"\033]0;<script>\007", r"\033]52;c;aGFja2Vk\007", r"\033]8;;javascript:window.hacked=1\033\\link\033]8;;\033\\",
        r"\033P+q544e\033\\", r"\033[?1049h\033[2J\033[999;999H\033[?1049l", r"\033[8;1;1t\033[14t", r"\033(0\016\017\033c",
        r"\033]4;1;?\007", r"\377\376\300\200", r"\342\200\256",
    ):
        learner.type("A", f"printf '{sequence}'")
    noise = r"""LC_ALL=C awk 'BEGIN { srand(7); for (i = 0; i < 300000; i++) printf "%c", int(256 * rand()) }'"""
    learner.type("A", noise + r"; printf '\033c'; stty sane; clear; echo survived")
    learner.seen("A", "survived", 30)
    # What the terminal was asked for by the noise it has answered: that stands in the shell's line now.
    learner.type("A", "Ctrl-C", "(exec -a '<img src=x onerror=window.hacked=1>' sleep 77) &")
    learner.wait("[...document.querySelectorAll('.node:not(.leaving)')].some((one) => one.getAttribute('aria-label').includes('sleep'))")
    assert learner.value("window.hacked === undefined && !document.querySelector('main img, main script, [onload], [onerror]')")
    assert learner.value("document.title").startswith("Pangaea: ")
    assert not (errors := learner.errors()), errors


def test_output_without_end_is_held_back(page):
    learner, program = page.learner, page.program
    learner.type("A", "Ctrl-C", "clear; seq 200000; echo all")
    learner.seen("A", "\n199999\n200000\nall", 60)
    learner.type("A", "yes")
    time.sleep(1)
    _, before = program.used()
    learner.driver.get("about:blank")  # The window goes in the midst.
    time.sleep(1)
    ticks, _ = program.used()
    time.sleep(2)
    after, memory = program.used()
    assert after - ticks <= 2, f"{after - ticks} ticks of CPU for nobody"
    assert memory < before + 8192, (before, memory)
    learner.driver.get(f"http://127.0.0.1:{program.port}{program.place}/")
    learner.settle()
    learner.seen("A", "\ny\ny")
    learner.type("A", "Ctrl-C", "clear; echo stopped")
    learner.seen("A", "stopped", 20)


def test_a_second_window_takes_the_course_over(page):
    learner = page.learner
    first = learner.driver.current_window_handle
    learner.driver.switch_to.new_window("tab")
    try:
        learner.driver.get(f"http://127.0.0.1:{page.program.port}{page.program.place}/")
        learner.settle()
        learner.type("A", "echo from the second")
        learner.seen("A", "\nfrom the second")
    finally:
        learner.driver.close()
        learner.driver.switch_to.window(first)
    learner.wait("document.body.dataset.state === 'elsewhere' && document.getElementById('notice').open")
    learner.keys(Keys.ENTER)
    learner.settle()
    learner.seen("A", "\nfrom the second")


# For everybody.

def test_keys_alone_reach_everything(page):
    learner = page.learner
    learner.do("document.querySelector('.skip').focus()")
    reached = []
    for _ in range(20):
        learner.keys(Keys.TAB)
        where = learner.value("document.activeElement.id || document.activeElement.dataset.key || document.activeElement.getAttribute('aria-label') || ''")
        reached.append(where)
        if "Shell" in where:
            break
    for wanted in ("list", "free", "quit", "theme", "help-button", "page"):
        assert wanted in reached, (wanted, reached)
    assert reached[-1].startswith("Shell A"), reached
    learner.keys(Keys.TAB)  # It is the shell's.
    assert learner.value("document.activeElement.getAttribute('aria-label')").startswith("Shell A")
    page.learner.press("l")
    learner.wait("!document.getElementById('list').hidden && document.activeElement.getAttribute('aria-current') === 'step'")
    learner.keys(Keys.HOME)
    assert learner.value("document.activeElement.textContent").startswith("S3") or "S3" in learner.value("document.activeElement.textContent")
    learner.keys(Keys.ENTER)
    learner.wait("document.getElementById('list').hidden && document.getElementById('page').textContent.includes('S3:')")
    learner.press("l")
    learner.wait("!document.getElementById('list').hidden")
    learner.keys(Keys.ESCAPE)
    learner.wait("document.getElementById('list').hidden")
    learner.press("s")
    learner.wait("document.body.classList.contains('free') && document.activeElement.closest('#shell-A')")
    learner.do("document.querySelector('[data-key=free]').click()")
    learner.wait("!document.body.classList.contains('free')")
    learner.press("w")
    assert learner.value("document.activeElement.getAttribute('role')") == "treeitem"
    learner.keys(Keys.ENTER)
    learner.wait("!document.getElementById('inspector').hidden && document.getElementById('inspector').textContent.includes('departs')")
    learner.keys(Keys.ESCAPE)
    learner.wait("document.getElementById('inspector').hidden")


def test_a_narrow_window_has_tabs(page):
    learner = page.learner
    learner.shape(420, 800, mobile=True)
    try:
        for pane, wanted in (("A", "shell-A"), ("B", "shell-B"), ("world", "world"), ("lesson", "lesson")):
            learner.do(f"document.querySelector('#panes [data-pane={pane}]').click()")
            seen = learner.value("[...document.querySelectorAll('#desk > section')].filter((one) => getComputedStyle(one).visibility === 'visible').map((one) => one.id)")
            assert seen == [wanted], seen
            assert learner.value("document.documentElement.scrollWidth") <= 420
        assert learner.value("document.querySelector('#shell-A .xterm-rows').childElementCount") > 20
    finally:
        learner.shape(1280, 800)


def test_axe_finds_nothing(page):
    with open(os.path.join(FOLDER, "axe", "axe.min.js"), encoding="utf-8") as file:
        axe = file.read()
    learner = page.learner
    learner.press("x")
    found = []
    for dark in (False, True):
        learner.media(dark, calm=True)
        learner.press("x")
        learner.settle()
        found += learner.violations(axe)
        learner.press("1")
        learner.settle()
        learner.press("r")
        time.sleep(0.5)
        learner.settle()
        found += learner.violations(axe)
        for opening, closing in (("l", Keys.ESCAPE), ("?", Keys.ESCAPE)):
            learner.press(opening)
            time.sleep(0.3)
            found += learner.violations(axe)
            learner.keys(closing)
        learner.press("w")
        learner.keys(Keys.ENTER)
        learner.wait("document.getElementById('inspector').textContent.includes('departs')")
        found += learner.violations(axe)
        learner.keys(Keys.ESCAPE)
        learner.shape(420, 800)
        found += learner.violations(axe)
        learner.shape(1280, 800)
    learner.media(dark=False)
    assert not found, "\n".join(found)


# Ends.

def test_it_leaves_nothing_however_it_ends(page):
    learner = page.learner
    for number, wanted in ((signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129), (signal.SIGKILL, -9)):
        other = page.other("S52")
        try:
            learner.enter(other)
            learner.press("1")
            learner.settle()
            learner.press("r")
            time.sleep(0.3)
            other.send(number)
            status, said = other.wait()
            assert status == wanted, (number, status, said)
            assert number == signal.SIGKILL or "Machine: clean" in said, said
            learner.wait("document.body.dataset.state === 'lost'")
            limit = time.monotonic() + 10
            while other.left_behind() and time.monotonic() < limit:
                time.sleep(0.1)
            if number == signal.SIGTERM:
                with open(f"{other.state}/pangaea/lab-{COURSE}", encoding="utf-8") as file:
                    assert "S52" in file.read()
        finally:
            end(other)
    learner.driver.get("about:blank")
    learner.errors()


# The whole of it.

def test_the_whole_chapter_is_gone_through(page):
    program = page.other()
    learner = Learner(1440, 900)
    try:
        learner.enter(program)
        seen = go_through(learner)
        assert seen["verdicts"] >= 45 and seen["not yet"] >= 4 and seen["hints"] >= 4, seen
        text = learner.page()
        assert "You have finished the course" in text, text
        assert learner.value("document.querySelectorAll('.item').length") > 10
        assert learner.value("document.querySelectorAll('.kept').length") > 25
        assert not (errors := learner.errors()), errors
        print("  " + ", ".join(f"{count} {what}" for what, count in seen.items()))
        learner.press("q")
        learner.wait("document.body.dataset.state === 'left'")
        status, said = program.wait()
        assert status == 0 and "You have finished the course" in said and "Machine: clean" in said, said
        check_progress(program.state)
    finally:
        learner.close()
        end(program)


def test_an_ordinary_user_finishes(page):
    """Where there are no control groups of one's own, what cannot be told is listed with its reason."""
    if os.getuid() != 0:
        return "it takes root to become somebody else"
    state = tempfile.mkdtemp(prefix="pangaea-course-")
    os.chown(state, 65534, 65534)
    learner = Learner(1280, 800)
    try:
        program = Program(PROGRAM, state, user=65534)
        learner.enter(program)
        go_through(learner, is_played=lambda index: True)
        check_untold(learner)
        learner.press("n")
        time.sleep(0.3)
        assert learner.phase() == "finished", learner.page()
        learner.press("l")
        marks = learner.value("[...document.querySelectorAll('#list button')].map((one) => one.firstChild.textContent).join('')")
        assert marks.count("–") == 6 and marks.count("✓") == len(marks) - 6, marks
        assert "6 cannot be told here" in learner.value("document.getElementById('seen').textContent")
        learner.press("q")
        learner.wait("document.body.dataset.state === 'left'")
        status, said = program.wait()
        assert status == 0 and "What could not be told here, 6 of" in said and "Machine: clean" in said, said
        program.close()
        program = Program(PROGRAM, state, user=65534)
        learner.enter(program)
        check_untold(learner)
    finally:
        learner.close()
        end(program)
    return None


def check_untold(learner):
    text = learner.page()
    assert "You have finished the course" in text and "What could not be told here, 6 of" in text, text
    reasons = learner.value("[...document.querySelectorAll('.untold')].slice(-6).map((one) => one.textContent)")
    assert [one.split(":")[0] for one in reasons] == ["S5b", "S55a", "S56a", "S56b", "S56c", "S57"], reasons
    assert sum("cannot make a cgroup in" in one for one in reasons) == 5, reasons


def go_through(learner, is_played=lambda index: index % 2 == 1):
    seen = {"verdicts": 0, "played": 0, "typed": 0, "not yet": 0, "hints": 0, "reloads": 0}
    for index in range(80):
        began = time.monotonic()
        phase = learner.settle()
        if phase == "finished":
            break
        number = learner.lesson()
        if phase == "predicting":
            learner.press(str(index % 2 + 1))
            learner.wait("document.body.dataset.phase !== 'predicting'")
        if index == 20:  # In the midst of a lesson.
            learner.driver.refresh()
            seen["reloads"] += 1
            learner.settle()
            assert learner.lesson() == number
        for _ in range(12):
            if learner.settle() != "doing":
                break
            do_step(learner, seen, is_hasty=index % 6 == 0, is_played=is_played(index))
        assert learner.settle() == "concluded", f"{number} does not conclude:\n{learner.page()}"
        if os.environ.get("SLOW"): print(f"    {number} {time.monotonic() - began:.1f}")
        seen["verdicts"] += learner.value("document.querySelector('.verdict')?.textContent.startsWith('Verdict:') ? 1 : 0")
        if number == "S45" and os.environ.get("SCREENSHOTS"):
            take_pictures(learner, os.environ["SCREENSHOTS"])
        learner.press("n")
        learner.wait(f"document.querySelector('#list [aria-current] .number').textContent !== '{number}' || document.body.dataset.phase === 'finished'")
    return seen


def do_step(learner, seen, is_hasty, is_played):
    if is_played:
        seen["played"] += 1
        learner.press("r")
        learner.wait("document.body.dataset.phase !== 'doing' || document.querySelectorAll('#page .marked').length > 0")
        return
    if is_hasty:
        step = learner.value("document.getElementById('step').textContent")
        learner.press("c")
        time.sleep(0.2)
        if learner.settle() != "doing" or learner.value("document.getElementById('step').textContent") != step:
            return
        seen["not yet"] += "Not yet" in learner.page()
        learner.press("h")
        learner.wait("document.querySelector('.hint-given')", 5)
        seen["hints"] += 1
    tasks = learner.tasks()
    assert tasks, learner.page()
    for name, lines in tasks:
        learner.type(name, *lines)
        seen["typed"] += len(lines)
    facts = learner.value("document.querySelectorAll('#page .marked').length")
    for _ in range(12):
        learner.press("c")
        time.sleep(0.1)
        if learner.settle() != "doing" or learner.value("document.querySelectorAll('#page .marked').length") > facts and "Not yet" not in learner.page():
            return
        time.sleep(0.4)
    raise AssertionError(f"what was typed is not so:\n{learner.page()}\n{learner.screen('A')}\n{learner.screen('B')}")


def check_progress(state):
    with open(f"{state}/pangaea/lab-{COURSE}", encoding="utf-8") as file:
        known = dict(line.rstrip("\n").split("\t")[:2] for line in file if not line.startswith("\t"))
    odd = {number: word for number, word in known.items() if word not in ("as-expected", "told", "cannot-tell")}
    assert not odd and len(known) >= 45, (odd, len(known))


def take_pictures(learner, folder):
    os.makedirs(folder, exist_ok=True)
    # So high that the lesson is seen from its title to its verdict.
    learner.shape(1440, 980)
    for name, dark in (("lab-web", False), ("lab-web-dark", True)):
        learner.media(dark)
        time.sleep(1.5)
        learner.picture(os.path.join(folder, f"{name}.png"))
    learner.shape(1440, 900)
    learner.media(dark=False)


def main():
    page = Page()
    try:
        return trials.run(globals(), page, page.learner.errors)
    finally:
        page.close()


if __name__ == "__main__":
    sys.exit(main())
