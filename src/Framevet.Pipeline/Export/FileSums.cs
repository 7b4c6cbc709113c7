using System.Security.Cryptography;

namespace Framevet.Pipeline.Export;

/// <summary>CRC-32 of files as zip archives want it (ISO 3309), eight bytes a step.</summary>
internal static class FileSums
{
    private static readonly uint[][] Tables = MakeTables();

    /// <summary>CRC-32 and length of a file.</summary>
    public static async Task<(uint Crc32, long Length)> CrcAsync(string path, CancellationToken ct)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[1 << 18];
            var (crc, length) = (uint.MaxValue, 0L);
            while (await stream.ReadAsync(buffer, ct).ConfigureAwait(false) is var read and > 0)
            {
                crc = Step(crc, buffer.AsSpan(0, read));
                length += read;
            }

            return (~crc, length);
        }
    }

    /// <summary>CRC-32 of bytes.</summary>
    public static uint Crc(ReadOnlySpan<byte> bytes) => ~Step(uint.MaxValue, bytes);

    /// <summary>SHA-256 of what a stream still holds, lower-case hex.</summary>
    public static async Task<string> Sha256Async(Stream stream, CancellationToken ct) => Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, ct).ConfigureAwait(false));

    private static uint Step(uint crc, ReadOnlySpan<byte> bytes)
    {
        var t = Tables;
        while (bytes.Length >= 8)
        {
            crc ^= System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            crc = t[7][crc & 0xFF] ^ t[6][(crc >> 8) & 0xFF] ^ t[5][(crc >> 16) & 0xFF] ^ t[4][crc >> 24]
                ^ t[3][bytes[4]] ^ t[2][bytes[5]] ^ t[1][bytes[6]] ^ t[0][bytes[7]];
            bytes = bytes[8..];
        }

        foreach (var value in bytes)
        {
            crc = t[0][(crc ^ value) & 0xFF] ^ (crc >> 8);
        }

        return crc;
    }

    private static uint[][] MakeTables()
    {
        var tables = new uint[8][];
        for (var k = 0; k < 8; k++)
        {
            tables[k] = new uint[256];
            for (var n = 0u; n < 256; n++)
            {
                var c = k == 0 ? n : tables[k - 1][n];
                for (var bit = 0; k == 0 && bit < 8; bit++)
                {
                    c = (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1;
                }

                tables[k][n] = k == 0 ? c : tables[0][c & 0xFF] ^ (c >> 8);
            }
        }

        return tables;
    }
}
