using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Moderation.Banks;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Sampling;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.Benchmarks;

/// <summary>
/// <c>recall [--clips N]</c>: how many short targets each way of looking finds, and what it costs. Clips of 30 s at 30 frames a second are made in memory; in half of those with a target it
/// stands still, so that nothing moves while it shows. The samplers and the cascade are the real ones; only the classifiers are made up: the screen is unsure, the precise service nearly
/// always right. A target counts as found when its clip is not cleared as a whole.
/// </summary>
internal static class RecallRunner
{
    private const int Fps = 30;
    private const int Length = 30 * Fps;
    private static readonly int[] TargetFrames = [1, 3, 8, 15, 30, 60];
    private static readonly TimeBase Base = new(1, Fps);
    private static readonly JpegCodec Jpeg = new();
    private static readonly byte[] Thumb = Jpeg.Encode(new RgbImage(32, 32, new byte[32 * 32 * 3]), 80);

    private static readonly Way[] Ways =
    [
        new("10 motion buckets, each asked about", () => new MotionBucketSampler(new MotionBucketSamplerOptions { Budget = 10 }), HasScreen: false, new CascadeRecipe(FramesPerGrid: 1, MaxCallsAlone: 10)),
        new("2 frames a second, each asked about", () => new DenseSampler(new DenseSamplerOptions()), HasScreen: false, new CascadeRecipe(FramesPerGrid: 1, MaxCallsAlone: 1000)),
        new("cascade: 2 frames a second, 2 calls at most", () => new DenseSampler(new DenseSamplerOptions()), HasScreen: true, new CascadeRecipe()),
        new("cascade with floor: these and the 60 liveliest", () => new MotionBucketSampler(new MotionBucketSamplerOptions { Budget = 121, FloorFps = 2 }), HasScreen: true, new CascadeRecipe()),
        new("cascade over every frame", () => new AllSampler(new AllSamplerOptions()), HasScreen: true, new CascadeRecipe()),
    ];

    /// <summary>Runs the table and prints it.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var at = Array.IndexOf(arguments, "--clips");
        var clips = at >= 0 ? int.Parse(arguments[at + 1], CultureInfo.InvariantCulture) : 60;
        Console.WriteLine($"| way of looking | {string.Join(" | ", TargetFrames.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f / (double)Fps:0.##} s")))} | all | calls a clip with target | calls a clean clip | clean clips sent to people |");
        Console.WriteLine("|---|" + string.Concat(Enumerable.Repeat("---|", TargetFrames.Length + 4)));
        foreach (var way in Ways)
        {
            await MeasureAsync(way, clips);
        }

        return 0;
    }

    private static async Task MeasureAsync(Way way, int clips)
    {
        var found = new List<double>();
        var (calls, cleanCalls, cleanHeld) = (0, 0, 0);
        foreach (var length in TargetFrames)
        {
            var hits = 0;
            for (var seed = 0; seed < clips; seed++)
            {
                var outcome = await LookAsync(way, new Clip(seed, length));
                hits += outcome.IsCleared ? 0 : 1;
                calls += outcome.Calls;
            }

            found.Add((double)hits / clips);
        }

        for (var seed = 0; seed < clips; seed++)
        {
            var outcome = await LookAsync(way, new Clip(100_000 + seed, 0));
            cleanCalls += outcome.Calls;
            cleanHeld += outcome.IsCleared ? 0 : 1;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {way.Name} | {string.Join(" | ", found.Select(f => f.ToString("0.00", CultureInfo.InvariantCulture)))} | {found.Average():0.00} | {(double)calls / clips / TargetFrames.Length:0.0} | {(double)cleanCalls / clips:0.0} | {(double)cleanHeld / clips:0.00} |"));
    }

    private static async Task<(bool IsCleared, int Calls)> LookAsync(Way way, Clip clip)
    {
        var ledger = new MemoryCallLedger(TimeProvider.System);
        var options = Options.Create(new ModerationOptions { DayBudget = null, MaxCallsPerFile = 1000 });
        var clips = new ClipModeration(ledger, new MemoryHashBank(), Jpeg, null!, options, TimeProvider.System);
        var service = new Service(clip);
        ImmutableArray<IModerationBackend> backends = way.HasScreen ? [new Screen(clip), service] : [service];
        var moderation = clips.Build(backends, BuiltInRecipes.BestFrames.Moderation with { Cascade = way.Limits });
        var frames = ImmutableArray.CreateBuilder<Candidate>();
        foreach (var index in Taken(way.Sampler(), clip))
        {
            var judgement = await moderation.Moderator.JudgeAsync(BitConverter.GetBytes(index), CancellationToken.None);
            frames.Add(new Candidate(new Pts(index, Base), index, ImmutableSortedDictionary<string, float>.Empty.Add("motion", clip.Motion(index)), 0, null, [], judgement));
        }

        var stored = frames.ToImmutable();
        var changes = (await moderation.Clip.ConcludeAsync(Run(), stored, (f, _) => Task.FromResult(service.Picture(f.Index)), CancellationToken.None)).ToDictionary(c => c.Pts, c => c.Verdict.Decision);
        return (stored.All(f => (changes.TryGetValue(f.Pts, out var word) ? word : f.Judgement!.Verdict.Decision) == Decision.Allow), ledger.Calls.Length);
    }

    private static List<int> Taken(ISampler sampler, Clip clip)
    {
        using var end = sampler as IDisposable;
        var taken = new List<int>();
        if (sampler.Plan(Media) is Pipeline.Decode.DecodePlan.Nth nth)
        {
            return [.. Enumerable.Range(0, Length).Where(i => i % nth.N == 0 || i == Length - 1)];
        }

        foreach (var frame in clip.Frames())
        {
            if (sampler is IHoldingSampler holding)
            {
                holding.Offer(in frame, (in Frame f) => taken.Add(f.Index));
            }
            else if (sampler.Keep(in frame))
            {
                taken.Add(frame.Index);
            }
        }

        (sampler as IHoldingSampler)?.Complete((in Frame f) => taken.Add(f.Index));
        return [.. taken.Order()];
    }

    private static MediaInfo Media { get; } = new()
    {
        File = new SourceFile("clip.mp4", "clip.mp4", 1),
        Kind = MediaKind.Video,
        Container = "mov",
        StreamIndex = 0,
        Codec = "h264",
        CodedWidth = 32,
        CodedHeight = 18,
        Width = 32,
        Height = 18,
        TimeBase = Base,
        FrameRate = Fps,
        FrameCountHint = Length,
        Duration = TimeSpan.FromSeconds(Length / Fps),
    };

    private static Run Run() => new()
    {
        Id = RunId.New(DateTimeOffset.UnixEpoch), OwnerId = "u", SourceName = "clip.mp4", MediaSha256 = "", MediaKey = "", MediaBytes = 1,
        Recipe = BuiltInRecipes.BestFrames, State = RunState.Running, Reason = "", CreatedAt = DateTimeOffset.UnixEpoch,
    };

    private sealed record Way(string Name, Func<ISampler> Sampler, bool HasScreen, CascadeRecipe Limits);

    /// <summary>A restless picture that calms down now and then; the target is a bright square, and with an even seed everything stands still while it shows.</summary>
    private sealed class Clip(int seed, int target)
    {
        private static readonly FrameLayout Layout = new(32, 18);

        public int Start { get; } = new Random(seed).Next(Fps, Length - Fps - Math.Max(1, target));

        public bool Shows(int index) => index >= Start && index < Start + target;

        public float Motion(int index) => Shows(index) && seed % 2 == 0 ? 0 : (float)Lively(index);

        public double Chance(int index, int salt) => new Random(HashCode.Combine(seed, index, salt)).NextDouble();

        public IEnumerable<Frame> Frames()
        {
            var pixels = new byte[Layout.FrameBytes];
            for (var i = 0; i < Length; i++)
            {
                if (!(Shows(i) && seed % 2 == 0))
                {
                    var random = new Random(HashCode.Combine(seed, i));
                    var change = (int)(Lively(i) * 40) + 1;
                    for (var p = 0; p < Layout.LumaBytes; p++)
                    {
                        pixels[p] = (byte)Math.Clamp(128 + random.Next(-change, change + 1), 0, 255);
                    }
                }

                if (Shows(i))
                {
                    for (var p = 0; p < 40; p++)
                    {
                        pixels[(p / 8 * 32) + (p % 8)] = 250;
                    }
                }

                yield return new Frame(i, new Pts(i, Base), Layout, pixels);
            }
        }

        private double Lively(int index) => 0.5 + (0.5 * Math.Sin((index / (double)Fps) + seed));
    }

    /// <summary>Unsure: about 0.5 for a target, 0.06 for anything else, with wide tails.</summary>
    private sealed class Screen(Clip clip) : IModerationBackend
    {
        public string Id => "screen";

        public ModerationTier Tier => ModerationTier.Local;

        public string ModelVersion => "1";

        public Task<ImmutableArray<Finding>> InspectAsync(ReadOnlyMemory<byte> jpeg, CancellationToken ct)
        {
            var index = BitConverter.ToInt32(jpeg.Span);
            var bell = (clip.Chance(index, 1) + clip.Chance(index, 2) + clip.Chance(index, 3) - 1.5) * 2;
            var sure = clip.Shows(index) ? 0.5 + (0.25 * bell) : 0.06 + (0.03 * bell);
            return Task.FromResult<ImmutableArray<Finding>>([new Finding("nudity/explicit", Math.Clamp(sure, 0, 1), Id, "1")]);
        }
    }

    /// <summary>Finds 97 of 100 targets in a picture and calls nothing else one.</summary>
    private sealed class Service(Clip clip) : IModerationBackend
    {
        private readonly List<int> _asked = [];

        public string Id => "service";

        public ModerationTier Tier => ModerationTier.Precise;

        public string ModelVersion => "1";

        public decimal PricePerCall => 0.001m;

        /// <summary>The picture of a frame; whose pictures were fetched since the last call is what the call shows.</summary>
        public byte[] Picture(int index)
        {
            _asked.Add(index);
            return Thumb;
        }

        public Task<ImmutableArray<Finding>> InspectAsync(ReadOnlyMemory<byte> jpeg, CancellationToken ct)
        {
            var isHit = _asked.Any(i => clip.Shows(i) && clip.Chance(i, 4) < 0.97);
            _asked.Clear();
            return Task.FromResult<ImmutableArray<Finding>>(isHit ? [new Finding("explicit", 0.95, Id, "1")] : []);
        }
    }
}
