using System.IO.Compression;
using Framevet.Pipeline.Ingest;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Ingest;

public sealed class FolderSpecs : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Pictures_come_as_people_count_and_nothing_else_comes()
    {
        Fill("10.JPG", "2.jpg", "1.jpeg", "a2.png", "A10.webp", "02.bmp", "notes.txt", ".hidden.jpg", "deep/3.jpg");

        Names(new FolderOrder()).ShouldBe(["1.jpeg", "02.bmp", "2.jpg", "10.JPG", "a2.png", "A10.webp"]);
        Names(new FolderOrder(IsRecursive: true)).ShouldContain("deep/3.jpg");
    }

    [Fact]
    public void The_order_of_names_is_total_and_the_same_from_every_start()
    {
        string[] names = ["1", "01", "001", "1a", "1A", "a1b2", "a01b2", "a1b10", "", "a", "99999999999999999999999", "100000000000000000000000"];
        var sorted = names.Order(FolderNames.Natural).ToArray();
        for (var seed = 0; seed < 50; seed++)
        {
            var shuffled = names.ToArray();
            new Random(seed).Shuffle(shuffled);

            shuffled.Order(FolderNames.Natural).SequenceEqual(sorted).ShouldBeTrue($"seed {seed}");
        }

        foreach (var (a, b) in names.SelectMany(_ => names, (a, b) => (a, b)))
        {
            Math.Sign(FolderNames.Natural.Compare(a, b)).ShouldBe(-Math.Sign(FolderNames.Natural.Compare(b, a)), $"{a} {b}");
        }
    }

    [Fact]
    public void Without_an_expression_pictures_stand_one_second_apart()
    {
        Fill("1.png", "2.png", "10.png");

        Stamps(new FolderOrder()).ShouldBe([0, 1_000_000, 2_000_000]);
    }

    [Theory]
    [InlineData(@"t(\d+\.\d+)", FolderTimeUnit.Seconds, 2_500_000)]
    [InlineData(@"_(?<time>\d+)ms", FolderTimeUnit.Milliseconds, 40_000)]
    [InlineData(@"^x(?:\d)_f(\d+)", FolderTimeUnit.Frames, 3_000_000)]
    public void A_time_in_the_name_becomes_the_stamp(string pattern, FolderTimeUnit unit, long expected)
    {
        Fill("x1_f75_t2.5_40ms.png");

        Stamps(new FolderOrder(TimePattern: pattern, Unit: unit)).ShouldBe([expected]);
    }

    [Fact]
    public void Times_and_not_names_make_the_order()
    {
        Fill("a_9.png", "b_1.png", "c_-3.png");

        Names(new FolderOrder(TimePattern: @"_(-?\d+)")).ShouldBe(["c_-3.png", "b_1.png", "a_9.png"]);
    }

    [Fact]
    public void A_name_without_a_time_is_named_with_what_to_change()
    {
        Fill("t1.png", "cover.png");

        var trouble = Should.Throw<VettingException>(() => Names(new FolderOrder(TimePattern: @"t(\d+)")));

        trouble.Code.ShouldBe(FailureCode.InvalidRequest);
        trouble.Message.ShouldContain("finds no time in 'cover.png'; change the expression");
    }

    [Fact]
    public void Two_pictures_at_the_same_time_are_named()
    {
        Fill("a_1.png", "b_1.png");

        Should.Throw<VettingException>(() => Names(new FolderOrder(TimePattern: @"_(\d+)"))).Message.ShouldContain("'a_1.png' and 'b_1.png' both stand at 1 s");
    }

    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("((a*)*)*b")]
    public void An_expression_that_others_hang_on_ends_at_once(string pattern)
    {
        Fill(new string('a', 200) + ".png");

        Should.Throw<VettingException>(() => Names(new FolderOrder(TimePattern: pattern))).Code.ShouldBe(FailureCode.InvalidRequest);
    }

    [Fact]
    public void A_zip_is_read_like_the_folder_that_it_was_made_of()
    {
        var zip = Zip(("shots/10.png", 1), ("shots/2.png", 1), ("shots/deep/1.png", 1), ("__MACOSX/shots/._2.png", 1), ("shots/inner.zip", 1), ("shots/../../evil.txt", 1));

        FolderListing.Read(Source(zip), new FolderOrder()).Pictures.Select(p => p.Name).ShouldBe(["2.png", "10.png"]);
        FolderListing.Read(Source(zip), new FolderOrder(IsRecursive: true)).Pictures.Select(p => p.Name).ShouldBe(["2.png", "10.png", "deep/1.png"]);
    }

    [Fact]
    public async Task A_name_in_a_zip_never_becomes_a_path()
    {
        var zip = Zip(("../../escaped.png", 3), ("/abs.png", 3), ("C:\\x\\y.png", 3));
        var before = _folder.Files();
        var listing = FolderListing.Read(Source(zip), new FolderOrder(IsRecursive: true));
        listing.Pictures.Select(p => p.Name).ShouldBe(["abs.png", "C:/x/y.png"]);
        using (var reader = listing.Open())
        {
            foreach (var picture in listing.Pictures)
            {
                using var lease = await reader.OpenAsync(picture, Ct);
                Path.GetFileName(lease.File.Path).ShouldMatch("^[0-9a-f]{32}$");
                lease.File.Bytes.ShouldBe(3);
            }
        }

        _folder.Files().ShouldBe(before);
    }

    [Fact]
    public void A_zip_that_unpacks_to_far_more_than_it_is_gets_refused()
    {
        var zip = Zip(("1.bmp", 80_000_000));

        var trouble = Should.Throw<VettingException>(() => FolderListing.Read(Source(zip), new FolderOrder()));

        trouble.Code.ShouldBe(FailureCode.SourceRefused);
        trouble.Message.ShouldContain("more than 200 times its size");
    }

    [Fact]
    public void A_zip_with_too_many_entries_gets_refused()
    {
        var zip = Zip([.. Enumerable.Range(0, FolderZip.MaxEntries + 1).Select(i => ($"{i}.png", 0))]);

        Should.Throw<VettingException>(() => FolderListing.Read(Source(zip), new FolderOrder())).Code.ShouldBe(FailureCode.SourceRefused);
    }

    [Fact]
    public async Task A_picture_that_is_larger_than_its_zip_says_is_not_unpacked_further()
    {
        var zip = Zip(("1.png", 5000));
        var bytes = await File.ReadAllBytesAsync(zip, Ct);
        var record = bytes.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(record + 24), 10);
        await File.WriteAllBytesAsync(zip, bytes, Ct);
        var listing = FolderListing.Read(Source(zip), new FolderOrder());
        using var reader = listing.Open();

        long unpacked = 0;
        try
        {
            using var lease = await reader.OpenAsync(listing.Pictures[0], Ct);
            unpacked = lease.File.Bytes;
        }
        catch (VettingException e)
        {
            e.Code.ShouldBe(FailureCode.UnsupportedMedia);
        }

        unpacked.ShouldBeLessThanOrEqualTo(10);
    }

    [Fact]
    public void A_damaged_or_empty_zip_is_told_so()
    {
        var zip = Zip(("1.png", 100_000));
        var cut = _folder.Write("cut.zip", File.ReadAllBytes(zip).AsSpan(0, 60));
        var empty = Zip(("readme.txt", 5));

        Should.Throw<VettingException>(() => FolderListing.Read(Source(cut), new FolderOrder())).Message.ShouldContain("cut.zip is a damaged zip archive");
        Should.Throw<VettingException>(() => FolderListing.Read(Source(empty), new FolderOrder())).Message.ShouldContain("holds no pictures");
    }

    [Fact]
    public async Task The_fingerprint_of_a_folder_follows_names_and_contents()
    {
        Fill("1.png", "2.png");
        var before = await FolderDigest.OfAsync(Source(_folder.Path), new FolderOrder(), Ct);
        (await FolderDigest.OfAsync(Source(_folder.Path), new FolderOrder(), Ct)).ShouldBe(before);

        File.Move(_folder["2.png"], _folder["3.png"]);
        (await FolderDigest.OfAsync(Source(_folder.Path), new FolderOrder(), Ct)).Sha256.ShouldNotBe(before.Sha256);
    }

    public void Dispose() => _folder.Dispose();

    private IEnumerable<string> Names(FolderOrder order) => FolderListing.Read(Source(_folder.Path), order).Pictures.Select(p => p.Name);

    private IEnumerable<long> Stamps(FolderOrder order) => FolderListing.Read(Source(_folder.Path), order).Pictures.Select(p => p.Pts.Value);

    private void Fill(params string[] names)
    {
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
            _folder.Write(name, "x"u8);
        }
    }

    private string Zip(params (string Name, int Bytes)[] entries)
    {
        var path = _folder[$"{entries.Length}-{entries[0].Bytes}.zip"];
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (name, bytes) in entries)
        {
            using var stream = zip.CreateEntry(name, CompressionLevel.Optimal).Open();
            stream.Write(new byte[bytes]);
        }

        return path;
    }

    private static SourceFile Source(string path) => new(path, Path.GetFileName(path), 1);
}
