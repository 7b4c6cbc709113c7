using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Tests;

/// <summary>Rows to store.</summary>
internal static class Make
{
    public static TimeBase TimeBase { get; } = new(1, 30000);

    public static Recipe Recipe(string name = "Plain") => new()
    {
        Name = name,
        Summary = "For tests",
        Sampler = new PartSpec("interval", ImmutableSortedDictionary<string, System.Text.Json.JsonElement>.Empty.Add("seconds", System.Text.Json.JsonElement.Parse("0.5"))),
        Metrics = [new PartSpec("sharpness"), new PartSpec("quality")],
        Gates = [new PartSpec("threshold")],
        Moderation = new ModerationRecipe
        {
            Backends = [new PartSpec("skin")],
            Bands = ImmutableSortedDictionary<string, LabelBand>.Empty.Add("nudity", new LabelBand(0.2, 1.1)),
        },
        Selector = new PartSpec("diverse"),
        Exporters = [new PartSpec("zip")],
    };

    public static Run Run(DateTimeOffset now, string name = "clip.mp4", string owner = "ann", string sha = "ab", RunState state = RunState.Queued) => new()
    {
        Id = RunId.New(now),
        OwnerId = owner,
        SourceName = name,
        MediaSha256 = sha.PadRight(64, '0'),
        MediaKey = "media/" + sha,
        MediaBytes = 1234,
        Recipe = Recipe(),
        State = state,
        Reason = "Waiting for a worker.",
        CreatedAt = now,
    };

    public static Pts Pts(long value) => new(value, TimeBase);

    public static Verdict Allow { get; } = new(Decision.Allow, "Nothing seen.", "policy");

    public static Verdict Escalate { get; } = new(Decision.Escalate, "Skin in doubt.", "policy", "nudity", 0.5);

    public static Verdict Block { get; } = new(Decision.Block, "Explicit.", "ann", "nudity", 0.9);

    public static Candidate Candidate(long pts, float quality = 0.5f, Verdict? verdict = null, string? gateLoss = null, bool isJudged = true, params ReadOnlySpan<Finding> findings) => new(
        Pts(pts),
        (int)(pts / 1000),
        ImmutableSortedDictionary<string, float>.Empty.Add("quality", quality).Add("sharpness", quality * 100),
        unchecked(0xF000_0000_0000_0000UL + (ulong)pts),
        string.Create(CultureInfo.InvariantCulture, $"thumbs/x/{pts}.jpg"),
        gateLoss is null ? [] : [new Loss(LossStage.Gating, "threshold", gateLoss)],
        isJudged ? new Judgement(verdict ?? Allow, [.. findings]) : null);

    public static ReviewItem Item(RunId run, DateTimeOffset now, params ReadOnlySpan<long> frames)
    {
        var stamps = ImmutableArray.CreateBuilder<Pts>();
        foreach (var frame in frames)
        {
            stamps.Add(Pts(frame));
        }

        return new ReviewItem { Id = Guid.CreateVersion7(now), RunId = run, State = ReviewState.Waiting, CreatedAt = now, Frames = stamps.ToImmutable(), TopLabel = "nudity", TopConfidence = 0.5 };
    }

    /// <summary>A moderator whose name is the id with a capital.</summary>
    public static Actor Person(string id) => new(id, char.ToUpperInvariant(id[0]) + id[1..], Rights.Review);

    public static Actor Lead { get; } = new("lea", "Lea", Rights.Review | Rights.Lead);

    public static Ruling Final(DateTimeOffset now, int undoSeconds = 0) => new(RulingKind.Final, now + TimeSpan.FromSeconds(undoSeconds));

    public static Ruling Escalation { get; } = new(RulingKind.Escalation);

    public static ReviewDecision Word(Decision decision, DateTimeOffset now, string user = "mo") => new(decision, "nudity", "note", user, user, now);
}
