"""Big integers, fractions, decimals, complex numbers, float formatting, statistics."""
import cmath
import decimal
import fractions
import math
import random
import statistics


def factorial_digits(n):
    return sum(int(d) for d in str(math.factorial(n)))


def machin(digits):
    """pi by Machin's formula on integers."""
    one = 10 ** (digits + 10)

    def arctan_inverse(x):
        term = total = one // x
        n, sign = 3, -1
        while term:
            term //= x * x
            total += sign * (term // n)
            n, sign = n + 2, -sign
        return total

    return str((4 * (4 * arctan_inverse(5) - arctan_inverse(239))) // 10**10)


def is_prime(n):
    d, s = n - 1, 0
    while d % 2 == 0:
        d, s = d // 2, s + 1
    for a in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        if n == a:
            return True
        x = pow(a, d, n)
        if x in (1, n - 1):
            continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


print(factorial_digits(500), machin(300)[-40:])
print([p for p in range(2**61 - 60, 2**61 + 60) if p % 2 and is_prime(p)])
print(pow(3, 10**6, 10**9 + 7), math.isqrt(10**60), math.gcd(2**100 - 1, 2**60 - 1), math.comb(60, 30))
print((1 << 200) // 7**20, -(10**30) // 7, -(10**30) % 7, (2**89 - 1).bit_length(), hex(3**80))
print(int("zz" * 20, 36), int.from_bytes(b"\x80" * 9, "big", signed=True), (1000).to_bytes(3, "little"))

harmonic = sum((fractions.Fraction(1, k) for k in range(1, 60)), fractions.Fraction(0))
print(harmonic, float(harmonic))
decimal.getcontext().prec = 60
print(decimal.Decimal(2).sqrt(), decimal.Decimal("1e-5") / 3, decimal.Decimal("2.675").quantize(decimal.Decimal("0.01")))
print(0.1 + 0.2, 1e22, 1e23, 5e-324, 1.7976931348623157e308, float("inf") - 1, -0.0, 123456789.125)
print(f"{math.tau:.30f} {1e10:,.2f} {255:#x} {-3.5:+09.3f} {0.000123:e} {12345.678:g} {True:d} {42:>8}|{42:^8}|{42:<8}|")
print(round(2.5), round(-3.5), round(1234.5678, 2), round(1234567, -3), divmod(-7.5, 2), math.fsum([0.1] * 10))
print(float.hex(0.1), float.fromhex("0x1.8p-3"), (0.75).as_integer_ratio(), math.frexp(48.0), math.nextafter(1.0, 2.0))
print(complex(3, 4) * 1j, abs(complex(3, 4)), (1 + 2j) ** 2, cmath.sqrt(-4))

random.seed(12345)
sample = [random.getrandbits(40) for _ in range(200)] + [random.randrange(1000) for _ in range(200)]
print(sum(sample), random.sample(range(100), 10), random.random())
print(statistics.median(sample), statistics.mean(sample), statistics.mode([1, 2, 2, 3]), statistics.pvariance([1, 2, 3, 4]))
