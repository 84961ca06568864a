"""Classes, generators, closures, exceptions, context managers, dataclasses, async, sorting, containers."""
import abc
import bisect
import collections
import contextlib
import dataclasses
import enum
import functools
import heapq
import itertools
import operator
import pickle
import sys
import types


class Shape(abc.ABC):
    registry = []

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        Shape.registry.append(cls.__name__)

    @abc.abstractmethod
    def area(self): ...

    def __lt__(self, other):
        return self.area() < other.area()


@dataclasses.dataclass(order=False)
class Rect(Shape):
    w: float
    h: float = 1.0
    tags: list = dataclasses.field(default_factory=list)

    def area(self):
        return self.w * self.h


@dataclasses.dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)


class Color(enum.IntFlag):
    RED = 1
    GREEN = 2
    BLUE = 4


class Descriptor:
    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, instance, owner):
        return getattr(instance, self.name, 0) if instance else self

    def __set__(self, instance, value):
        if value < 0:
            raise ValueError(f"{self.name} is negative: {value}")
        setattr(instance, self.name, value)


class Account:
    balance = Descriptor()


def walk(tree):
    if isinstance(tree, list):
        for branch in tree:
            yield from walk(branch)
    else:
        received = yield tree
        while received is not None:
            received = yield ("sent", received)


@contextlib.contextmanager
def noted(log, name):
    log.append("enter " + name)
    try:
        yield name.upper()
    except KeyError as error:
        log.append(f"swallowed {error!r}")
    finally:
        log.append("leave " + name)


def kind(value):
    match value:
        case {"type": "point", "at": [x, y]}:
            return f"point {x},{y}"
        case [first, *rest] if len(rest) > 1:
            return f"list of {first} and {len(rest)}"
        case Point(x=0, y=y):
            return f"on the axis at {y}"
        case str() | bytes():
            return "text"
        case _:
            return "other"


@types.coroutine
def pause(token):
    return (yield token)


async def countdown(name, n, out):
    while n:
        out.append(f"{name}{n}{await pause(n)}")
        n -= 1
    return name * 2


def round_robin(*coroutines):
    """A small scheduler: asyncio's own loop wants sockets, which WASI has not."""
    results, ready = [], collections.deque((c, None) for c in coroutines)
    while ready:
        coroutine, value = ready.popleft()
        try:
            token = coroutine.send(value)
        except StopIteration as stop:
            results.append(stop.value)
        else:
            ready.append((coroutine, "*" * token))
    return results


shapes = [Rect(2, 3), Rect(1.5), Rect(4, 4, ["square"])]
print(Shape.registry, sorted(shapes), min(shapes).area(), dataclasses.asdict(shapes[2]))
print(Point(1, 2) + Point(3, 4), hash(Point(1, 2)) == hash(Point(1, 2)), Color.RED | Color.BLUE, Color(6).name, Color.GREEN in Color(3))
try:
    account = Account()
    account.balance = 5
    account.balance = -1
except ValueError as error:
    print(error, account.balance)
generator = walk([1, [2, [3, []]], 4])
print(next(generator), generator.send("x"), list(generator))

log = []
with noted(log, "outer") as name:
    with noted(log, "inner"):
        {}["missing"]
    log.append(name)
print(log)
print([kind(v) for v in ({"type": "point", "at": [1, 2]}, [1, 2, 3], Point(0, 9), b"", 3.0)])
try:
    try:
        1 // 0
    except ZeroDivisionError as error:
        raise RuntimeError("wrapped") from error
except RuntimeError as error:
    print(error, "because", error.__cause__, type(error.__context__).__name__)


def depth(n):
    return 1 + depth(n + 1)


sys.setrecursionlimit(150)  # the default overflows the C stack of the wasm build
try:
    depth(0)
except RecursionError as error:
    print("RecursionError:", str(error)[:32])
sys.setrecursionlimit(1000)

out = []
print(round_robin(countdown("a", 3, out), countdown("b", 2, out), countdown("c", 4, out)), out)

words = "it was the best of times it was the worst of times it was the age of wisdom".split()
by_length = {k: sorted(set(g)) for k, g in itertools.groupby(sorted(words, key=len), key=len)}
print(collections.Counter(words).most_common(3), by_length)
print(sorted(words, key=lambda w: (-len(w), w))[:5], sorted(range(20), key=lambda n: n * 7 % 20), list(itertools.islice(itertools.permutations("abc"), 4)))
heap = []
for n in range(200):
    heapq.heappush(heap, (n * 7919) % 1009)
print([heapq.heappop(heap) for _ in range(10)], heapq.nlargest(3, heap), bisect.bisect([1, 3, 5, 7], 4))
print(functools.reduce(operator.mul, range(1, 11)), list(itertools.accumulate(range(8), operator.xor)), list(zip("ab", range(2), strict=True)))


@functools.lru_cache(maxsize=None)
def partitions(n, largest):
    return 1 if n == 0 else sum(partitions(n - k, k) for k in range(1, min(n, largest) + 1))


print(partitions(20, 20), partitions.cache_info().currsize)
restored = pickle.loads(pickle.dumps({"shapes": shapes, "point": Point(7, 8), "set": frozenset({1, 2}), "big": 10**40}))
print(restored["shapes"] == shapes, restored["point"], restored["set"] == {1, 2}, restored["big"])
ordered = collections.OrderedDict(zip("xyz", range(3)))
ordered.move_to_end("x")
print(list(ordered.items()), collections.ChainMap({"a": 1}, {"a": 2, "b": 3})["b"], collections.deque(range(9), 4))
matrix = [[(r * c) % 7 for c in range(6)] for r in range(4)]
print([*map(list, zip(*matrix))][1], {k: v for k, v in zip("abc", matrix)}["b"], {*"mississippi"} == set("misp"), [*range(10)][-3::-2])

board, found = [], 0


def place(row, size):
    global found
    if row == size:
        found += 1
        return
    for column in range(size):
        if all(column != c and abs(column - c) != row - r for r, c in enumerate(board)):
            board.append(column)
            place(row + 1, size)
            board.pop()


place(0, 7)
namespace = {}
exec(compile("def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)", "<text>", "exec"), namespace)
print(found, namespace["f"](18), eval("[i ** 2 for i in range(5) if i % 2]"), f.__name__ if "f" in globals() else "no f")
