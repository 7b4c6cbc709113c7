using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Tests.Moderation;

public sealed class ModerationCascadeSpecs
{
    private static readonly ModerationRecipe Recipe = new()
    {
        Backends = [],
        Bands = ImmutableSortedDictionary<string, LabelBand>.Empty,
        DefaultBand = new LabelBand(0.2, 0.8),
    };

    public static TheoryData<ModerationTier, string> Troubles => new(
        Enum.GetValues<ModerationTier>().SelectMany(_ => Enum.GetValues<Trouble>(), (tier, trouble) => (tier, trouble.ToString())));

    public enum Trouble
    {
        Throws,
        ThrowsAtOnce,
        GivesUp,
        Stalls,
        BlocksItsThread,
        NoArray,
        NullFinding,
        NoLabel,
        NotANumber,
    }

    [Fact]
    public async Task Without_a_backend_people_look()
    {
        var judgement = await JudgeAsync();

        judgement.Verdict.Decision.ShouldBe(Decision.Escalate);
        judgement.Verdict.Reason.ShouldContain("no moderation backend");
    }

    [Fact]
    public async Task A_screen_that_sees_nothing_clears_and_nobody_else_is_asked()
    {
        var precise = Says(ModerationTier.Precise, ("hate", 1));

        var judgement = await JudgeAsync(Says(ModerationTier.Screen), precise);

        (judgement.Verdict with { Basis = null }).ShouldBe(new Verdict(Decision.Allow, "screen saw nothing", "screen"));
        precise.Calls.ShouldBe(0);
    }

    [Fact]
    public async Task All_screens_must_clear()
    {
        var judgement = await JudgeAsync(Says(ModerationTier.Screen, ("nudity", 0.1)), Says(ModerationTier.Screen, ("hate", 0.5)));

        judgement.Verdict.Decision.ShouldBe(Decision.Escalate);
        judgement.Verdict.Label.ShouldBe("hate");
        judgement.Findings.Length.ShouldBe(2);
    }

    [Fact]
    public async Task What_a_screen_flags_goes_to_people_when_there_is_nobody_else() =>
        (await JudgeAsync(Says(ModerationTier.Screen, ("nudity", 1)))).Verdict.Decision.ShouldBe(Decision.Escalate);

    [Theory]
    [InlineData(0.1, Decision.Allow)]
    [InlineData(0.5, Decision.Escalate)]
    [InlineData(0.9, Decision.Block)]
    public async Task The_word_of_a_precise_backend_replaces_the_screen_s(double confidence, Decision decision)
    {
        var judgement = await JudgeAsync(Says(ModerationTier.Screen, ("nudity/skin", 0.9)), Says(ModerationTier.Precise, ("nudity/explicit", confidence)));

        judgement.Verdict.Decision.ShouldBe(decision);
        judgement.Findings.Select(f => f.Label).ShouldBe(["nudity/skin", "nudity/explicit"]);
    }

    [Fact]
    public async Task Of_several_precise_backends_the_most_severe_counts() =>
        (await JudgeAsync(Says(ModerationTier.Precise, ("hate", 0.5)), Says(ModerationTier.Precise))).Verdict.Decision.ShouldBe(Decision.Escalate);

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task Trouble_escalates_and_names_the_backend_and_never_allows(ModerationTier tier, string trouble)
    {
        // Before and after it somebody who would allow.
        var judgement = await JudgeAsync(Says(tier), new Backend(tier, Enum.Parse<Trouble>(trouble)), Says(tier), Says(ModerationTier.Precise));

        judgement.Verdict.Decision.ShouldBe(Decision.Escalate);
        judgement.Verdict.Reason.ShouldStartWith(tier.ToString().ToLowerInvariant() + " ");
        judgement.Verdict.Reason.ShouldEndWith("so a person must look");
    }

    [Fact]
    public async Task A_backend_s_own_sentence_is_passed_on_but_not_the_text_of_a_bug()
    {
        var unavailable = new Backend(ModerationTier.Precise, null) { Error = new VettingException(FailureCode.BackendUnavailable, "The service is down.") };
        var bug = new Backend(ModerationTier.Precise, null) { Error = new InvalidOperationException("secret") };

        (await JudgeAsync(unavailable)).Verdict.Reason.ShouldBe("precise failed (The service is down), so a person must look");
        (await JudgeAsync(bug)).Verdict.Reason.ShouldBe("precise failed (InvalidOperationException), so a person must look");
    }

    [Fact]
    public async Task Only_the_caller_s_cancellation_is_thrown()
    {
        using var stop = new CancellationTokenSource();
        var cascade = Cascade(TimeSpan.FromMinutes(5), new Backend(ModerationTier.Screen, Trouble.Stalls));

        var judging = cascade.JudgeAsync(new byte[] { 1 }, stop.Token);
        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(judging);
    }

    private static Backend Says(ModerationTier tier, params (string Label, double Confidence)[] findings) => new(tier, null, findings);

    private static ModerationCascade Cascade(TimeSpan timeout, params Backend[] backends) =>
        new([.. backends], new ModerationPolicy(Recipe), timeout, TimeProvider.System);

    private static Task<Judgement> JudgeAsync(params Backend[] backends) =>
        Cascade(backends.Any(b => b.IsSlow) ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromMinutes(1), backends).JudgeAsync(new byte[] { 1 }, TestContext.Current.CancellationToken);

    private sealed class Backend(ModerationTier tier, Trouble? trouble, params (string Label, double Confidence)[] findings) : IModerationBackend
    {
        public int Calls { get; private set; }

        public Exception? Error { get; init; }

        public bool IsSlow => trouble is Trouble.Stalls or Trouble.BlocksItsThread;

        public string Id => tier.ToString().ToLowerInvariant();

        public ModerationTier Tier => tier;

        public string ModelVersion => "1";

        public Task<ImmutableArray<Finding>> InspectAsync(ReadOnlyMemory<byte> jpeg, CancellationToken ct)
        {
            Calls++;
            return trouble == Trouble.ThrowsAtOnce ? throw new InvalidOperationException() : AnswerAsync();
        }

        private async Task<ImmutableArray<Finding>> AnswerAsync()
        {
            if (Error is not null)
            {
                throw Error;
            }

            switch (trouble)
            {
                case Trouble.Throws:
                    await Task.Yield();
                    throw new InvalidOperationException();
                case Trouble.GivesUp:
                    throw new OperationCanceledException();
                case Trouble.Stalls:
                    // Deliberately deaf to cancellation.
                    await Task.Delay(TimeSpan.FromSeconds(5), CancellationToken.None);
                    return [];
                case Trouble.BlocksItsThread:
                    using (var never = new ManualResetEventSlim())
                    {
                        never.Wait(TimeSpan.FromSeconds(2), CancellationToken.None);
                    }

                    return [];
                case Trouble.NoArray:
                    return default;
                case Trouble.NullFinding:
                    return [null!];
                case Trouble.NoLabel:
                    return [new Finding("", 0.1, Id, "1")];
                case Trouble.NotANumber:
                    return [new Finding("hate", double.NaN, Id, "1")];
                default:
                    return [.. findings.Select(f => new Finding(f.Label, f.Confidence, Id, "1"))];
            }
        }
    }
}
