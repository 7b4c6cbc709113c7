using System.Buffers.Binary;
using System.Text;

namespace Framevet.Benchmarks.Browsing;

/// <summary>
/// The part of MessagePack that a circuit's messages need: nil, bool, integers, strings, bytes, arrays, maps (https://github.com/msgpack/msgpack/blob/master/spec.md), each message with its length
/// in front as seven bits per byte, the lowest first.
/// </summary>
internal static class WirePack
{
    /// <summary>A message of null, bool, int, long, string and arrays of these, with its length.</summary>
    public static byte[] Write(object?[] message)
    {
        using var body = new MemoryStream();
        Put(body, message);
        using var framed = new MemoryStream();
        var length = (int)body.Length;
        do
        {
            framed.WriteByte((byte)((length & 0x7F) | (length > 0x7F ? 0x80 : 0)));
            length >>= 7;
        }
        while (length > 0);
        body.WriteTo(framed);
        return framed.ToArray();
    }

    /// <summary>Takes the first whole message off the front of what arrived; null when it is not whole yet. Integers come as long, bytes as <see cref="ReadOnlyMemory{T}"/>.</summary>
    public static object?[]? TryRead(ref ReadOnlyMemory<byte> arrived)
    {
        var (length, shift) = (0, 0);
        for (var i = 0; i < arrived.Length && i < 5; i++, shift += 7)
        {
            length |= (arrived.Span[i] & 0x7F) << shift;
            if ((arrived.Span[i] & 0x80) == 0)
            {
                if (arrived.Length < i + 1 + length)
                {
                    return null;
                }

                var body = arrived.Slice(i + 1, length);
                arrived = arrived[(i + 1 + length)..];
                return (object?[])Take(ref body)!;
            }
        }

        return null;
    }

    private static void Put(Stream to, object? value)
    {
        switch (value)
        {
            case null:
                to.WriteByte(0xC0);
                break;
            case bool flag:
                to.WriteByte(flag ? (byte)0xC3 : (byte)0xC2);
                break;
            case int number:
                Put(to, (long)number);
                break;
            case long number:
                Span<byte> bytes = stackalloc byte[9];
                bytes[0] = 0xD3;
                BinaryPrimitives.WriteInt64BigEndian(bytes[1..], number);
                to.Write(bytes);
                break;
            case string text:
                var utf8 = Encoding.UTF8.GetBytes(text);
                Span<byte> head = stackalloc byte[5];
                head[0] = 0xDB;
                BinaryPrimitives.WriteInt32BigEndian(head[1..], utf8.Length);
                to.Write(head);
                to.Write(utf8);
                break;
            case object?[] { Length: < 16 } items:
                to.WriteByte((byte)(0x90 | items.Length));
                foreach (var item in items)
                {
                    Put(to, item);
                }

                break;
            case IDictionary<string, string> { Count: 0 }:
                to.WriteByte(0x80);
                break;
            default:
                throw new ArgumentException($"No way to write {value.GetType()}.", nameof(value));
        }
    }

    private static object? Take(ref ReadOnlyMemory<byte> from)
    {
        var code = (byte)Number(ref from, 1);
        return code switch
        {
            <= 0x7F => (long)code,
            <= 0x8F => Map(ref from, code & 0x0F),
            <= 0x9F => Items(ref from, code & 0x0F),
            <= 0xBF => Text(ref from, code & 0x1F),
            0xC0 => null,
            0xC2 => false,
            0xC3 => true,
            0xC4 => Bytes(ref from, Number(ref from, 1)),
            0xC5 => Bytes(ref from, Number(ref from, 2)),
            0xC6 => Bytes(ref from, Number(ref from, 4)),
            0xCC => Number(ref from, 1),
            0xCD => Number(ref from, 2),
            0xCE => Number(ref from, 4),
            0xCF or 0xD3 => Number(ref from, 8),
            0xD0 => (long)(sbyte)Number(ref from, 1),
            0xD1 => (long)(short)Number(ref from, 2),
            0xD2 => (long)(int)Number(ref from, 4),
            0xD9 => Text(ref from, Number(ref from, 1)),
            0xDA => Text(ref from, Number(ref from, 2)),
            0xDB => Text(ref from, Number(ref from, 4)),
            0xDC => Items(ref from, Number(ref from, 2)),
            0xDE => Map(ref from, Number(ref from, 2)),
            >= 0xE0 => (long)(sbyte)code,
            _ => throw new InvalidDataException($"A MessagePack code that no circuit sends: {code:x2}."),
        };
    }

    private static long Number(ref ReadOnlyMemory<byte> from, int bytes)
    {
        var number = 0UL;
        foreach (var part in from.Span[..bytes])
        {
            number = (number << 8) | part;
        }

        from = from[bytes..];
        return unchecked((long)number);
    }

    private static ReadOnlyMemory<byte> Bytes(ref ReadOnlyMemory<byte> from, long length)
    {
        var bytes = from[..(int)length];
        from = from[(int)length..];
        return bytes;
    }

    private static string Text(ref ReadOnlyMemory<byte> from, long length) => Encoding.UTF8.GetString(Bytes(ref from, length).Span);

    private static object?[] Items(ref ReadOnlyMemory<byte> from, long count)
    {
        var items = new object?[count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = Take(ref from);
        }

        return items;
    }

    private static Dictionary<object, object?> Map(ref ReadOnlyMemory<byte> from, long count)
    {
        var map = new Dictionary<object, object?>();
        for (var i = 0; i < count; i++)
        {
            map[Take(ref from)!] = Take(ref from);
        }

        return map;
    }
}
