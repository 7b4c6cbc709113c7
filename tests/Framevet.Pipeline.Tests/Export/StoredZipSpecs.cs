using System.Collections.Immutable;
using System.IO.Compression;
using Framevet.Pipeline.Export;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Export;

[Collection("alone")]
public sealed class StoredZipSpecs : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 11, 29, 12, 34, 56, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_archive_made_while_it_is_read_is_clean_for_other_programs()
    {
        var ct = TestContext.Current.CancellationToken;
        var path = _folder["made.zip"];
        byte[][] contents = [.. Enumerable.Range(0, 12).Select(i => Bytes(i * 7919, i))];
        await using (var zip = new StoredZipStream([.. contents.Select((c, i) => Entry($"ordner/bild-{i}-ä.png", c))], At))
        await using (var file = File.Create(path))
        {
            await zip.CopyToAsync(file, ct);
            file.Length.ShouldBe(zip.Length);
        }

        using (var archive = ZipFile.OpenRead(path))
        {
            archive.Entries.Count.ShouldBe(12);
            for (var i = 0; i < contents.Length; i++)
            {
                var entry = archive.Entries[i];
                entry.FullName.ShouldBe($"ordner/bild-{i}-ä.png");
                entry.LastWriteTime.DateTime.ShouldBe(At.UtcDateTime);
                using var bytes = new MemoryStream();
                await using var stream = await entry.OpenAsync(ct);
                await stream.CopyToAsync(bytes, ct);
                bytes.ToArray().ShouldBe(contents[i]);
            }
        }

        var unzip = OtherProgram.Find("unzip", "FRAMEVET_UNZIP");
        Assert.SkipWhen(unzip is null, "unzip is not installed; the rest held.");
        var (code, said) = await OtherProgram.RunAsync(unzip!, ["-t", path], ct);
        code.ShouldBe(0, said);
        said.ShouldContain("No errors detected");
    }

    [Fact]
    public void The_same_list_gives_the_same_bytes_and_any_piece_of_them_can_be_read_alone()
    {
        byte[][] contents = [Bytes(1000, 1), [], Bytes(70_000, 2), Bytes(3, 3)];
        ImmutableArray<StoredEntry> entries = [.. contents.Select((c, i) => Entry($"{i}.bin", c))];
        var whole = Whole(entries);

        Whole(entries).ShouldBe(whole);
        using var zip = new StoredZipStream(entries, At);
        foreach (var seed in Enumerable.Range(0, 100))
        {
            var random = new Random(seed);
            var from = random.Next(whole.Length);
            var length = random.Next(whole.Length - from + 1);
            zip.Position = from;
            var piece = new byte[length];
            zip.ReadExactly(piece);
            piece.ShouldBe(whole.AsSpan(from, length).ToArray(), $"seed {seed}");
        }

        zip.Position = zip.Length;
        zip.Read(new byte[10]).ShouldBe(0);
    }

    [Fact]
    public void A_file_that_became_shorter_breaks_the_download_instead_of_shifting_the_rest()
    {
        using var zip = new StoredZipStream([new StoredEntry("a", 100, 0, () => new MemoryStream(new byte[40]))], At);

        Should.Throw<EndOfStreamException>(() => zip.CopyTo(Stream.Null));
    }

    [Fact]
    public void The_sums_are_those_of_the_standard() => (FileSums.Crc("123456789"u8), FileSums.Crc([])).ShouldBe((0xCBF43926u, 0u));

    [Theory(Timeout = 600_000)]
    [InlineData(200L << 20)]
    [InlineData(10L << 30)]
    public async Task Memory_does_not_grow_with_the_size(long bytes)
    {
        LongTests.Only(bytes > 1L << 30, "10 GB are read.");
        var ct = TestContext.Current.CancellationToken;

        // Files without contents on the disk: holes of the right size, one of them beyond 4 GiB where the whole is.
        long[] sizes = [bytes / 2, bytes / 4, bytes - (bytes / 2) - (bytes / 4)];
        var entries = ImmutableArray.CreateBuilder<StoredEntry>();
        for (var i = 0; i < sizes.Length; i++)
        {
            var path = _folder[$"hole-{i}"];
            await using (var hole = File.Create(path))
            {
                hole.SetLength(sizes[i]);
            }

            entries.Add(new StoredEntry($"{i}.png", sizes[i], (await FileSums.CrcAsync(path, ct)).Crc32, () => PiecePack.Open(path)));
        }

        await using var zip = new StoredZipStream(entries.ToImmutable(), At);
        var (before, start) = (GC.GetTotalAllocatedBytes(precise: true), Environment.WorkingSet);
        var (read, peak) = (0L, start);
        var buffer = new byte[1 << 18];
        while (await zip.ReadAsync(buffer, ct) is var count and > 0)
        {
            read += count;
            peak = Math.Max(peak, Environment.WorkingSet);
        }

        read.ShouldBe(zip.Length);

        // Every reading leaves a little behind that is collected later; what is read itself is sixty times as much.
        (GC.GetTotalAllocatedBytes(precise: true) - before).ShouldBeLessThan((64L << 20) + (bytes / 64), "what is read is not kept");
        TestContext.Current.TestOutputHelper!.WriteLine($"{zip.Length} bytes, working set {start >> 20} MiB before, at most {peak >> 20} MiB");
        (peak - start).ShouldBeLessThan(200L << 20);
    }

    [Fact(Timeout = 600_000)]
    public async Task Beyond_four_gigabytes_other_programs_still_read_it()
    {
        LongTests.Only(true, "An archive of 5 GB is written.");
        var ct = TestContext.Current.CancellationToken;
        var hole = _folder["hole"];
        await using (var file = File.Create(hole))
        {
            file.SetLength(5L << 30);
        }

        var path = _folder["large.zip"];
        await using (var zip = new StoredZipStream([new StoredEntry("large.bin", 5L << 30, (await FileSums.CrcAsync(hole, ct)).Crc32, () => PiecePack.Open(hole)), Entry("after.txt", Bytes(1234, 5))], At))
        await using (var file = File.Create(path))
        {
            await CopySparseAsync(zip, file, ct);
        }

        using (var archive = ZipFile.OpenRead(path))
        {
            archive.Entries.Select(e => (e.FullName, e.Length)).ShouldBe([("large.bin", 5L << 30), ("after.txt", 1234L)]);
            using var bytes = new MemoryStream();
            await using var stream = await archive.GetEntry("after.txt")!.OpenAsync(ct);
            await stream.CopyToAsync(bytes, ct);
            bytes.ToArray().ShouldBe(Bytes(1234, 5));
        }

        var unzip = OtherProgram.Find("unzip", "FRAMEVET_UNZIP");
        Assert.SkipWhen(unzip is null, "unzip is not installed; the rest held.");
        (await OtherProgram.RunAsync(unzip!, ["-tq", path], ct)).Code.ShouldBe(0);
    }

    // Zeros stay holes: the disk of the test machine need not hold them.
    private static async Task CopySparseAsync(Stream from, FileStream to, CancellationToken ct)
    {
        var buffer = new byte[1 << 20];
        while (await from.ReadAsync(buffer, ct) is var count and > 0)
        {
            if (buffer.AsSpan(0, count).ContainsAnyExcept((byte)0))
            {
                await to.WriteAsync(buffer.AsMemory(0, count), ct);
            }
            else
            {
                to.Seek(count, SeekOrigin.Current);
            }
        }
    }

    private static StoredEntry Entry(string name, byte[] content) => new(name, content.Length, FileSums.Crc(content), () => new MemoryStream(content));

    private static byte[] Whole(ImmutableArray<StoredEntry> entries)
    {
        using var zip = new StoredZipStream(entries, At);
        using var bytes = new MemoryStream();
        zip.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
