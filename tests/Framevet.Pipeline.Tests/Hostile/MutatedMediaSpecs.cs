using System.Collections.Concurrent;
using System.Globalization;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Tools;
using Framevet.TestKit;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Hostile;

/// <summary>
/// Ten thousand damaged files through header gate, ffprobe and ffmpeg as the server runs them: each gives frames or a named failure, none hangs, none reaches a network, and this process lives on.
/// The seed of a file is its number; <c>FRAMEVET_MUTATED=first-last</c> narrows the long shares.
/// </summary>
public sealed class MutatedMediaSpecs(MutatedMediaSpecs.Originals originals, ITestOutputHelper output) : IClassFixture<MutatedMediaSpecs.Originals>
{
    private const int Files = 10_000;
    private const int InShare = 500;
    private const int AlwaysTried = 40;

    /// <summary>Longest time that one file may take on a busy machine; the product's own limit for a silent tool is a minute.</summary>
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(3);

    public static TheoryData<int> Shares { get; } = [.. Enumerable.Range(0, (Files / InShare) + 1)];

    [Theory(Timeout = 1_800_000)]
    [MemberData(nameof(Shares))]
    public async Task Damaged_files_give_frames_or_a_named_failure(int share)
    {
        // Share 0 is a sample from all over the long ones.
        LongTests.Only(share > 0, "500 damaged files.");
        TestMedia.Path("tiny-320x240.mp4");
        Assert.SkipWhen(share > 0 && !IsWanted(share), "Not among the wanted shares.");
        var seeds = share == 0 ? Enumerable.Range(0, AlwaysTried).Select(i => (i * (Files / AlwaysTried)) + 1) : Enumerable.Range((share - 1) * InShare, InShare);
        var ct = TestContext.Current.CancellationToken;
        await using var outside = CountingServer.Start(_ => LoopbackAnswer.File("x"u8.ToArray()));
        using var stack = new MediaStack();
        using var folder = new TemporaryFolder();
        var results = new ConcurrentBag<Outcome>();

        await Parallel.ForEachAsync(seeds, new ParallelOptions { MaxDegreeOfParallelism = 3, CancellationToken = ct }, async (seed, token) =>
            results.Add(await TryAsync(stack, folder, outside.At("/leak").ToString(), seed, token)));

        outside.Connections.ShouldBe(0);
        results.Where(r => r.Fault is not null).Select(r => $"{r.Seed}: {r.Fault}").ShouldBeEmpty();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"share {share}: {results.Count} files, {results.Count(r => r.Frames > 0)} gave {results.Sum(r => r.Frames)} frames, {results.Count(r => r.Frames == 0)} failed by name ({string.Join(", ", results.Where(r => r.Code is not null).GroupBy(r => r.Code).Select(g => $"{g.Key} {g.Count()}"))}), {results.Count(r => r.Crash is not null)} crashes ({string.Join(", ", results.Where(r => r.Crash is not null).Select(r => $"{r.Seed} {r.Crash}"))}), slowest {results.Max(r => r.Time).TotalSeconds:0.0} s (seed {results.MaxBy(r => r.Time)!.Seed})"));
    }

    private async Task<Outcome> TryAsync(MediaStack stack, TemporaryFolder folder, string address, int seed, CancellationToken ct)
    {
        var (name, bytes, other) = originals.Pick(seed);
        var file = string.Create(CultureInfo.InvariantCulture, $"{seed}-{name}");
        var path = folder.Write(file, MediaMutation.Of(bytes, other, address, seed));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Hang);
        var started = TimeProvider.System.GetTimestamp();
        var frames = 0;
        Outcome Ended(FailureCode? code, string? crash, string? fault) => new(seed, frames, code, crash, fault, TimeProvider.System.GetElapsedTime(started));
        try
        {
            var media = await stack.ProbeAsync(path, limit.Token);
            DecodePlan plan = (seed % 10) switch { < 7 => new DecodePlan.EveryFrame(), < 9 => new DecodePlan.Interval(TimeSpan.FromMilliseconds(200)), _ => new DecodePlan.Keyframes(null) };
            await foreach (var batch in stack.Source.ReadAsync(new DecodeRequest(media, plan, 128), new Silent(), limit.Token))
            {
                frames += batch.Count;
                batch.Dispose();
            }

            return Ended(null, null, frames > 0 ? null : "neither a frame nor a failure");
        }
        catch (VettingException named)
        {
            var isFiles = named.Code is FailureCode.UnsupportedMedia or FailureCode.SourceRefused or FailureCode.SourceTooLarge;
            return Ended(named.Code, ToolCrash.SignalOf(named), isFiles && named.Message.StartsWith(file, StringComparison.Ordinal) ? null : $"{named.Code}: {named.Message}");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Ended(null, null, $"hangs ({name})");
        }
        catch (Exception bug) when (bug is not OperationCanceledException)
        {
            return Ended(null, null, bug.ToString());
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static bool IsWanted(int share)
    {
        var range = Environment.GetEnvironmentVariable("FRAMEVET_MUTATED")?.Split('-');
        return range is not [var first, var last] || (share >= int.Parse(first, CultureInfo.InvariantCulture) && share <= int.Parse(last, CultureInfo.InvariantCulture));
    }

    /// <summary>What became of one file. <paramref name="Fault"/>: what must not be.</summary>
    private sealed record Outcome(int Seed, int Frames, FailureCode? Code, string? Crash, string? Fault, TimeSpan Time);

    private sealed class Silent : IProgress<DecodeProgress>
    {
        public void Report(DecodeProgress value)
        {
        }
    }

    /// <summary>The whole media folder; of long clips the beginning, so that thousands of readings end in this hour.</summary>
    public sealed class Originals : IAsyncLifetime
    {
        private const int Long = 150_000;
        private readonly ClipFactory _clips = new();
        private (string Name, byte[] Bytes)[] _all = [];

        public async ValueTask InitializeAsync()
        {
            // Without them the tests are skipped, which a fixture cannot do for them.
            if (TestMedia.Folder is not { } folder)
            {
                return;
            }

            var all = new List<(string, byte[])>();
            foreach (var path in Directory.EnumerateFiles(folder).Where(f => new FileInfo(f).Length > 0 && Path.GetExtension(f) != ".md").Order(StringComparer.Ordinal))
            {
                var name = Path.GetFileName(path);
                var isPicture = Path.GetExtension(name) is ".jpg" or ".png";
                all.Add((name, await File.ReadAllBytesAsync(isPicture || new FileInfo(path).Length < Long ? path : await BeginningAsync(path, name) ?? path)));
            }

            _all = [.. all];
        }

        /// <summary>The original of a seed, and another file that lends a part.</summary>
        public (string Name, byte[] Bytes, byte[] Other) Pick(int seed)
        {
            var (name, bytes) = _all[seed % _all.Length];
            return (name, bytes, _all[(seed * 31 + 7) % _all.Length].Bytes);
        }

        public ValueTask DisposeAsync()
        {
            _clips.Dispose();
            return ValueTask.CompletedTask;
        }

        // Packets as they are, so that damage meets what the encoder of the original wrote. Some originals are damaged themselves and stay whole.
        private async Task<string?> BeginningAsync(string path, string name)
        {
            var target = Path.Combine(_clips.Folder, name);
            try
            {
                await ReferenceTools.FfmpegAsync(["-i", path, "-map", "0:v:0", "-c", "copy", "-t", "0.4", target], CancellationToken.None);
                return target;
            }
            catch (Xunit.Sdk.XunitException)
            {
                return null;
            }
        }
    }
}
