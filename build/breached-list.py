#!/usr/bin/env python3
"""Writes src/Framevet.Web/Identity/breached.bin: the first 8 bytes of the SHA-1 of common passwords of 12 or more characters, in rising order.

Nothing is fetched: the passwords are made from words, names and rows of keys that every published list of common passwords begins with,
put together as people do. Passwords are looked up in lower case, too, so only that is kept.
"""
import hashlib
import itertools
import pathlib

WORDS = """password passwort passw0rd p@ssword p@ssw0rd motdepasse contrasena wachtwoord senha haslo parola letmein welcome welcome1 iloveyou ilovegod
qwerty qwertz azerty qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx qazwsxedc 1qaz2wsx 1q2w3e4r 1q2w3e4r5t q1w2e3r4 zaq12wsx abc123 abcd1234 abcdef abcdefgh
admin administrator root toor guest user test testing tester demo login secret default changeme change master superuser system server database oracle
monkey dragon football baseball basketball soccer hockey superman batman spiderman pokemon starwars princess sunshine shadow michael jordan jennifer
jessica ashley amanda daniel andrew joshua matthew anthony christopher thomas charlie george robert william richard joseph nicole samantha michelle
hunter ranger buster tigger ginger pepper cookie chocolate cheese banana orange butterfly flower summer winter spring autumn january february august
september october november december monday friday liverpool chelsea arsenal barcelona realmadrid juventus manchester london paris berlin newyork
america canada mexico brasil argentina germany france england ireland internet computer samsung google facebook microsoft windows apple iphone android
linkedin twitter youtube freedom whatever nothing trustno1 mustang ferrari porsche mercedes corvette harley yamaha killer matrix phoenix eagle falcon
lakers cowboys steelers yankees redskins broncos packers jesus jesuschrist blessed angel angels forever lovely loveme lover babygirl sweetheart
mother father family friends hello hello123 company office business account finance payroll access private security secure temp temporary video videos
camera media picture pictures photo photos movie movies music review reviewer moderator upload export gallery""".split()

TAILS = ["", "!", "!!", "!!!", "?", ".", "@", "#", "$", "*", "1", "12", "123", "1234", "12345", "123456", "1234567", "12345678", "123456789", "1234567890", "0", "00", "000", "01", "007",
         "007!", "69", "11", "111", "1111", "22", "321", "4321", "54321", "654321", "987654321", "123!", "1234!", "12345!", "123@", "@123", "@1234", "#123", "_123", "-123", "abc", "qwe", "qwerty", "admin"]
TAILS += [str(year) for year in range(1960, 2031)] + [f"{year}!" for year in range(2010, 2031)] + [f"@{year}" for year in range(2015, 2031)] + [f"{i:02d}" for i in range(100)]

ROWS = ["qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "0987654321", "qwertzuiop", "azertyuiop", "abcdefghijklmnopqrstuvwxyz", "poiuytrewq", "1qaz2wsx3edc4rfv5tgb", "1q2w3e4r5t6y7u8i9o0p",
        "qazwsxedcrfvtgb", "!qaz2wsx#edc", "q1w2e3r4t5y6u7i8", "a1b2c3d4e5f6g7h8", "147258369", "789456123", "112233445566", "11223344556677", "123123123123", "121212121212", "1029384756"]


def passwords():
    for word, tail in itertools.product(WORDS, TAILS):
        yield word + tail
    for word in WORDS:
        yield word * 2
        yield word * 3
        for tail in ("1", "12", "123", "1234", "!"):
            yield word * 2 + tail
            yield word + tail + word + tail
    for row in ROWS:
        for length in range(12, 3 * len(row) + 1):
            yield (row * 4)[:length]
        for tail in TAILS:
            yield row + tail
    for first, second in itertools.product(ROWS, ROWS):
        yield first + second
    common = ["iloveyou", "love", "my", "the", "super", "secret", "hello", "good", "best", "big", "new", "admin", "root", "test", "welcome", "password", "login", "user"]
    for first, second in itertools.product(common, WORDS):
        for tail in ("", "1", "12", "123", "1234", "!"):
            yield first + second + tail
    for digit in "0123456789":
        for length in range(12, 21):
            yield digit * length
    yield from ("correcthorsebatterystaple", "correct horse battery staple 1", "thisismypassword", "thisisapassword", "mypassword123", "letmeinplease", "ineedapassword", "nopassword123", "changethispassword",
                "iloveyousomuch", "iloveyouforever", "whatthefuck123", "fuckyou123456", "passwordispassword", "youshallnotpass", "opensesame123", "abracadabra123", "supercalifragilistic")


def main():
    kept = sorted({hashlib.sha1(text.lower().encode()).digest()[:8] for text in passwords() if len(text) >= 12})
    target = pathlib.Path(__file__).resolve().parent.parent / "src/Framevet.Web/Identity/breached.bin"
    target.write_bytes(b"".join(kept))
    print(f"{target}: {len(kept)} passwords")


if __name__ == "__main__":
    main()
