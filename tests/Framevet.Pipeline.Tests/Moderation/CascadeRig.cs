using System.Collections.Concurrent;
using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tools;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Moderation;

/// <summary>The real cascade over frames whose pictures are real JPEGs; only what the backends say is scripted, by the frame's number.</summary>
internal sealed class CascadeRig
{
    private static readonly JpegCodec Jpeg = new();
    private static readonly TimeBase Base = new(1, 2);

    public FakeTimeProvider Clock { get; } = new();

    public MemoryCallLedger Ledger { get; }

    public CascadeRig() => Ledger = new MemoryCallLedger(Clock);

    public ModerationOptions Options { get; init; } = new();

    public CascadeRecipe Recipe { get; init; } = new();

    /// <summary>Confidence of the screen for frame i; null = saw nothing; NaN = the screen fails.</summary>
    public Func<int, double?> Screen { get; init; } = _ => null;

    /// <summary>What the precise backend does on its n-th call, from 0.</summary>
    public Func<int, Task<ImmutableArray<Finding>>> Precise { get; init; } = _ => Task.FromResult<ImmutableArray<Finding>>([]);

    public bool HasScreen { get; init; } = true;

    public bool HasPrecise { get; init; } = true;

    public string? WhyNotReady { get; init; }

    public ConcurrentQueue<byte[]> Sent { get; } = new();

    public Func<int, byte[]> Picture { get; init; } = i => Jpeg.Encode(new RgbImage(96, 64, [.. Enumerable.Repeat((byte)i, 96 * 64 * 3)]), 90);

    public static Run Run { get; } = new()
    {
        Id = RunId.New(DateTimeOffset.UnixEpoch),
        OwnerId = "u1",
        SourceName = "clip.mp4",
        MediaSha256 = new string('a', 64),
        MediaKey = "media/aa",
        MediaBytes = 1,
        Recipe = BuiltInRecipes.BestFrames,
        State = RunState.Running,
        Reason = "",
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    /// <summary>Screens so many frames, two a second, and concludes; answers the frames as they would be stored.</summary>
    public async Task<ImmutableArray<Candidate>> RunAsync(int frames, CancellationToken ct)
    {
        var moderation = Build();
        var screened = ImmutableArray.CreateBuilder<Candidate>();
        for (var i = 0; i < frames; i++)
        {
            var judgement = await moderation.Moderator.JudgeAsync(BitConverter.GetBytes(i), ct);
            var motion = ImmutableSortedDictionary<string, float>.Empty.Add("motion", i % 7);
            screened.Add(new Candidate(new Pts(i, Base), i, motion, 0, $"thumbs/{i}", [], judgement));
        }

        return await ConcludeAsync(screened.ToImmutable(), ct);
    }

    public async Task<ImmutableArray<Candidate>> ConcludeAsync(ImmutableArray<Candidate> frames, CancellationToken ct)
    {
        var changes = await Build().Clip.ConcludeAsync(Run, frames, (f, _) => Task.FromResult(Picture(f.Index)), ct);
        var byPts = changes.ToDictionary(c => c.Pts);
        return [.. frames.Select(f => byPts.TryGetValue(f.Pts, out var c) ? f with { Judgement = new Judgement(c.Verdict, [.. f.Judgement!.Findings, .. c.Added]) } : f)];
    }

    public RunModeration Build()
    {
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        var clips = new ClipModeration(Ledger, new Pipeline.Moderation.Banks.MemoryHashBank(), Jpeg, null!, options, TimeProvider.System);
        ImmutableArray<IModerationBackend> backends = [.. new IModerationBackend?[] { HasScreen ? new ScriptedScreen(Screen) : null, HasPrecise ? new ScriptedPrecise(this) : null }.OfType<IModerationBackend>()];
        return clips.Build(backends, BuiltInRecipes.BestFrames.Moderation with { Cascade = Recipe });
    }

    private sealed class ScriptedScreen(Func<int, double?> sees) : IModerationBackend
    {
        public string Id => "eye";

        public ModerationTier Tier => ModerationTier.Local;

        public string ModelVersion => "1";

        public Task<ImmutableArray<Finding>> InspectAsync(ReadOnlyMemory<byte> jpeg, CancellationToken ct) => sees(BitConverter.ToInt32(jpeg.Span)) switch
        {
            null => Task.FromResult<ImmutableArray<Finding>>([]),
            double.NaN => throw new InvalidOperationException("the screen broke"),
            { } sure => Task.FromResult<ImmutableArray<Finding>>([new Finding("nudity/explicit", sure, Id, "1")]),
        };
    }

    private sealed class ScriptedPrecise(CascadeRig rig) : IModerationBackend
    {
        private int _calls;

        public string Id => "cloud";

        public ModerationTier Tier => ModerationTier.Precise;

        public string ModelVersion => "7";

        public decimal PricePerCall => 0.001m;

        public string? WhyNotReady => rig.WhyNotReady;

        public Task<ImmutableArray<Finding>> InspectAsync(ReadOnlyMemory<byte> jpeg, CancellationToken ct)
        {
            rig.Sent.Enqueue(jpeg.ToArray());
            return rig.Precise(Interlocked.Increment(ref _calls) - 1);
        }
    }
}
