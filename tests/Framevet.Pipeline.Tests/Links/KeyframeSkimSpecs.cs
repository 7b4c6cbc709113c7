using System.Buffers.Binary;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Ingest.Links.Skim;
using Framevet.Pipeline.Outbound;
using Framevet.Pipeline.Recipes;
using Framevet.TestKit;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Links;

/// <summary>Keyframes of a film behind an address, without the film: the same pictures at the same times as from the whole file.</summary>
public sealed class KeyframeSkimSpecs : IDisposable
{
    private readonly OutboundDoor _door = new(new OutboundWall(Microsoft.Extensions.Options.Options.Create(new OutboundOptions { AllowAddresses = ["127.0.0.0/8"], AllowPorts = [0] })));
    private readonly TemporaryFolder _folder = new();
    private readonly MediaStack _stack = new();
    private readonly ClipFactory _clips = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _clips.Dispose();
        _stack.Dispose();
        _folder.Dispose();
        _door.Dispose();
    }

    [Theory(Timeout = 120_000)]
    [InlineData("bbb-480p-30s.mp4", 0)]
    [InlineData("bbb-480p-30s.mp4", 5)]
    [InlineData("subtitled-movtext-rotated270.mp4", 0)]
    [InlineData("vfr-screen-3026x1386.mp4", 0)]
    [InlineData("street-cars-768x432.mp4", 2)]
    [InlineData("chair-original-portrait-480x720.mp4", 0)]
    public async Task Pictures_and_times_equal_those_of_the_whole_file(string name, double seconds)
    {
        var whole = await File.ReadAllBytesAsync(TestMedia.Path(name), Ct);
        await using var server = await FileServer.StartAsync(Ct);
        var served = server.Serve(name, whole);
        var step = seconds > 0 ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;

        var result = await TrySkimAsync(served.Address, seconds);

        result.Path.ShouldNotBeNull(result.Sentence);
        result.Name.ShouldBe(name);
        served.Requests.ShouldAllBe(r => r.Range.StartsWith("bytes=", StringComparison.Ordinal));
        served.Requests.Skip(1).ShouldAllBe(r => r.IfRange == served.Tag);
        new FileInfo(result.Path).Length.ShouldBeLessThan(whole.Length * 7 / 10);
        var original = await _stack.ProbeAsync(TestMedia.Path(name), Ct);
        var skimmed = await _stack.ProbeAsync(result.Path, Ct);
        (skimmed.Width, skimmed.Height, skimmed.Rotation, skimmed.TimeBase, skimmed.Codec).ShouldBe((original.Width, original.Height, original.Rotation, original.TimeBase, original.Codec));
        var expected = await _stack.ReadAsync(new DecodeRequest(original, new DecodePlan.Keyframes(step), 160), Ct);
        var frames = await _stack.ReadAsync(new DecodeRequest(skimmed, new DecodePlan.EveryFrame(), 160), Ct);
        frames.Select(f => f.Pts).ShouldBe(expected.Select(f => f.Pts));
        frames.ShouldNotBeEmpty();
        for (var i = 0; i < frames.Length; i++)
        {
            frames[i].Pixels.AsSpan().SequenceEqual(expected[i].Pixels).ShouldBeTrue($"pixels of keyframe {i}");
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task What_allows_no_skim_is_fetched_as_a_whole_and_says_why()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var film = await File.ReadAllBytesAsync(TestMedia.Path("bbb-480p-30s.mp4"), Ct);
        var rangeless = server.Serve("rangeless.mp4", film);
        rangeless.IgnoresRange = true;

        (await TrySkimAsync(rangeless.Address)).ShouldBe(SkimResult.Whole("the server gives no parts of it"));
        foreach (var (name, why) in new[] { ("flower-fragmented.mp4", "fragmented"), ("no-duration.webm", "no MP4 file"), ("truncated-no-moov.mp4", "fit"), ("tiny-320x240.mp4", "most of it"), ("audio-only.mp4", "no video track") })
        {
            var served = server.Serve(name, await File.ReadAllBytesAsync(TestMedia.Path(name), Ct));

            var result = await TrySkimAsync(served.Address);

            result.Path.ShouldBeNull(name);
            result.Sentence.ShouldContain(why, customMessage: name);
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task A_file_that_changes_meanwhile_is_unavailable_and_never_half_of_each()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var served = server.Serve("film.mp4", await File.ReadAllBytesAsync(TestMedia.Path("bbb-480p-30s.mp4"), Ct));
        var skimming = new KeyframeSkim(_door).TryAsync(served.Address, TimeSpan.Zero, _folder.Path, new SubmitLimits(), TimeSpan.FromMinutes(1), new Once(() => served.Tag = "\"two\""), Ct);

        (await Should.ThrowAsync<VettingException>(() => skimming)).Code.ShouldBe(FailureCode.SourceUnavailable);
    }

    [Fact]
    public void Damaged_tables_are_refused_and_never_read_beyond()
    {
        var film = File.ReadAllBytes(TestMedia.Path("tiny-320x240.mp4"));
        var moov = Mp4Box.In(film, 0, film.Length).Single(b => b.Type == "moov");
        var tables = moov.Whole.ToArray();
        var random = new Random(7);
        Mp4Keys.Read(Mp4Box.In(tables, 0, tables.Length).Single()).Keys.Length.ShouldBeGreaterThan(0);
        for (var round = 0; round < 5000; round++)
        {
            var damaged = (byte[])tables.Clone();
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                BinaryPrimitives.WriteUInt32BigEndian(damaged.AsSpan(random.Next(8, damaged.Length - 4)), (uint)random.Next(-2, 1 << random.Next(1, 31)));
            }

            try
            {
                Mp4Keys.Read(Mp4Box.In(damaged, 0, damaged.Length).Single()).Each(TimeSpan.FromSeconds(1));
            }
            catch (InvalidDataException)
            {
                // The answer to nonsense.
            }
        }
    }

    private Task<SkimResult> TrySkimAsync(Uri address, double seconds = 0) =>
        new KeyframeSkim(_door).TryAsync(address, TimeSpan.FromSeconds(seconds), _folder.Path, new SubmitLimits(), TimeSpan.FromMinutes(1), new Progress<double?>(), Ct);

    private sealed class Once(Action act) : IProgress<double?>
    {
        public void Report(double? value) => act();
    }
}
