using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Tests.Moderation;

public sealed class ClipCascadeSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Faults => ["throws", "throws-later", "refuses", "gives-up", "no-answer", "null-finding", "no-label", "not-a-number", "unknown-label"];

    [Fact]
    public void The_defaults_are_those_of_the_prior_system()
    {
        var policy = PolicyDocument.Seed;

        (policy.DefaultBand, policy.LocalBand).ShouldBe((new LabelBand(0.15, 0.8), new LabelBand(0.15, 0.5)));
        new CascadeRecipe().ShouldBe(new CascadeRecipe(MaxCalls: 2, FramesPerGrid: 2, MaxCallsAlone: 10));
        new Pipeline.Sampling.DenseSamplerOptions().Fps.ShouldBe(2.0);
    }

    [Fact]
    public async Task Cost_table_a_single_pass_over_150_frames_makes_ten_calls()
    {
        var rig = new CascadeRig { HasScreen = false, Recipe = new CascadeRecipe { FramesPerGrid = 1 } };

        var frames = await rig.RunAsync(150, Ct);

        rig.Sent.Count.ShouldBe(10);
        frames.Count(f => f.IsAllowed).ShouldBe(10);
        frames.Count(f => f.Judgement!.Verdict.Decision == Decision.Escalate).ShouldBe(140);
    }

    [Fact]
    public async Task Cost_table_a_clean_file_makes_no_call()
    {
        var rig = new CascadeRig { Screen = _ => 0.149 };

        var frames = await rig.RunAsync(150, Ct);

        rig.Sent.ShouldBeEmpty();
        rig.Ledger.Calls.ShouldBeEmpty();
        frames.ShouldAllBe(f => f.IsAllowed);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(150, 2)]
    public async Task Cost_table_a_flagged_file_makes_two_calls_at_most(int flagged, int calls)
    {
        var rig = new CascadeRig { Screen = i => i < flagged ? 0.15 : 0.1 };

        var frames = await rig.RunAsync(150, Ct);

        rig.Sent.Count.ShouldBe(calls);
        rig.Ledger.Calls.Sum(c => c.Call.Price).ShouldBe(0.001m * calls);
        frames.Count(f => f.Judgement!.Verdict.Decision == Decision.Escalate).ShouldBe(Math.Max(0, flagged - 4));
    }

    [Fact]
    public async Task The_most_suspicious_frames_are_looked_at_of_equal_ones_those_with_more_motion()
    {
        // Motion is i % 7; 20 and 90 are surest, then of the equal ones 6 and 13 move most.
        var rig = new CascadeRig { Screen = i => i is 20 or 90 ? 0.45 : i is 6 or 7 or 13 or 14 ? 0.3 : null };

        var frames = await rig.RunAsync(100, Ct);

        frames.Where(f => f.Judgement!.Verdict.By == "cloud").Select(f => f.Index).ShouldBe([6, 13, 20, 90]);
        frames.Where(f => f.Judgement!.Verdict.Decision == Decision.Escalate).Select(f => f.Index).ShouldBe([7, 14]);
    }

    [Fact]
    public async Task A_word_on_a_grid_is_a_word_on_its_members_and_says_so()
    {
        var rig = new CascadeRig
        {
            Screen = i => i is 4 or 8 ? 0.4 : null,
            Precise = _ => Task.FromResult<ImmutableArray<Finding>>([new Finding("violence/weapons", 0.9, "cloud", "7")]),
        };

        var frames = await rig.RunAsync(20, Ct);

        var blocked = frames.Where(f => f.Judgement!.Verdict.Decision == Decision.Block).ToList();
        blocked.Select(f => f.Index).ShouldBe([4, 8]);
        blocked[0].Judgement!.Verdict.Reason.ShouldContain("one picture of 2 frames, 2.00 s, 4.00 s");
        blocked[0].Judgement!.Verdict.Basis.ShouldBe(new VerdictBasis(LabelTree.Version, 0, "cloud 7"));
        var sent = new JpegCodec().Decode(rig.Sent.Single(), 10_000);
        (sent.Width, sent.Height).ShouldBe((192, 80));
    }

    [Fact]
    public async Task A_lone_flagged_frame_takes_the_most_suspicious_clear_one_along_and_a_hit_holds_both()
    {
        var rig = new CascadeRig
        {
            Screen = i => i == 9 ? 0.4 : i == 3 ? 0.14 : 0.01,
            Precise = _ => Task.FromResult<ImmutableArray<Finding>>([new Finding("explicit", 0.95, "cloud", "7")]),
        };

        var frames = await rig.RunAsync(20, Ct);

        frames.Where(f => !f.IsAllowed).Select(f => f.Index).ShouldBe([3, 9]);
    }

    [Fact]
    public async Task Without_grids_each_frame_has_a_call_of_its_own()
    {
        var rig = new CascadeRig { Screen = i => i < 5 ? 0.4 : null, Recipe = new CascadeRecipe { FramesPerGrid = 1 } };

        var frames = await rig.RunAsync(20, Ct);

        rig.Sent.Count.ShouldBe(2);
        frames.Count(f => f.Judgement!.Verdict.Decision == Decision.Escalate).ShouldBe(3);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_failing_precise_backend_clears_nothing_and_costs_no_more_than_the_cap(string fault)
    {
        var rig = new CascadeRig { Screen = i => i % 3 == 0 ? 0.4 : null, Precise = _ => Fail(fault) };

        var frames = await rig.RunAsync(30, Ct);

        frames.Where(f => f.Index % 3 == 0).ShouldAllBe(f => f.Judgement!.Verdict.Decision == Decision.Escalate);
        frames.Where(f => f.Index % 3 != 0).ShouldAllBe(f => f.IsAllowed);
        rig.Sent.Count.ShouldBe(2);
        rig.Ledger.Calls.ShouldAllBe(c => c.Outcome == (fault == "unknown-label" ? CallOutcome.Answered : CallOutcome.Failed));
    }

    [Fact]
    public async Task A_precise_backend_that_never_answers_leaves_its_frames_with_people()
    {
        var rig = new CascadeRig
        {
            Options = new ModerationOptions { CallSeconds = 0.05 },
            Screen = i => i == 0 ? 0.4 : null,
            Precise = async _ =>
            {
                await Task.Delay(TimeSpan.FromSeconds(20), CancellationToken.None);
                return [];
            },
        };

        var frames = await rig.RunAsync(10, Ct);

        frames[0].Judgement!.Verdict.Decision.ShouldBe(Decision.Escalate);
        frames[0].Judgement!.Verdict.Reason.ShouldContain("no answer within");
    }

    [Fact]
    public async Task A_screen_that_fails_sends_its_frame_on_and_only_a_word_about_it_clears_it()
    {
        var clears = new CascadeRig { Screen = i => i == 4 ? double.NaN : null };
        var fails = new CascadeRig { Screen = i => i == 4 ? double.NaN : null, Precise = _ => Fail("throws") };
        var nobody = new CascadeRig { Screen = i => i == 4 ? double.NaN : null, HasPrecise = false };

        (await clears.RunAsync(10, Ct))[4].Judgement!.Verdict.By.ShouldBe("cloud");
        (await fails.RunAsync(10, Ct))[4].Judgement!.Verdict.Decision.ShouldBe(Decision.Escalate);
        (await nobody.RunAsync(10, Ct))[4].Judgement!.Verdict.Decision.ShouldBe(Decision.Escalate);
    }

    [Fact]
    public async Task A_spent_budget_sends_files_to_people_until_the_next_day()
    {
        var rig = new CascadeRig { Options = new ModerationOptions { DayBudget = 0.0015m }, Screen = _ => 0.4 };

        var first = await rig.RunAsync(4, Ct);
        rig.Clock.Advance(TimeSpan.FromHours(12));
        rig.Sent.Count.ShouldBe(1);
        first.Count(f => f.Judgement!.Verdict.Decision == Decision.Escalate).ShouldBe(2);
        first.ShouldContain(f => f.Judgement!.Verdict.Reason.Contains("budget"));

        // The cap of the file still counts its earlier call: one more, then none.
        await rig.RunAsync(4, Ct);
        rig.Sent.Count.ShouldBe(2);
        await rig.RunAsync(4, Ct);
        rig.Sent.Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_unreadable_picture_or_a_backend_that_is_not_ready_leaves_frames_with_people_and_costs_nothing()
    {
        var unreadable = new CascadeRig { Screen = _ => 0.4, Picture = _ => [1, 2, 3] };
        var unready = new CascadeRig { Screen = _ => 0.4, WhyNotReady = "no key." };

        (await unreadable.RunAsync(4, Ct)).ShouldAllBe(f => f.Judgement!.Verdict.Decision == Decision.Escalate);
        (await unready.RunAsync(4, Ct)).ShouldAllBe(f => f.Judgement!.Verdict.Reason.Contains("not ready (no key)"));
        unreadable.Ledger.Calls.ShouldBeEmpty();
        unready.Ledger.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Concluding_again_asks_nobody_again()
    {
        var rig = new CascadeRig { Screen = i => i < 8 ? 0.4 : null, Recipe = new CascadeRecipe { MaxCalls = 50 } };
        var once = await rig.RunAsync(20, Ct);
        var calls = rig.Sent.Count;

        var twice = await rig.ConcludeAsync(once, Ct);

        calls.ShouldBe(4);
        rig.Sent.Count.ShouldBe(calls);
        twice.Select(f => f.Judgement!.Verdict.Decision).ShouldBe(once.Select(f => f.Judgement!.Verdict.Decision));
    }

    [Fact]
    public async Task The_operator_s_cap_stands_above_the_recipe_s()
    {
        var rig = new CascadeRig { Screen = _ => 0.4, Recipe = new CascadeRecipe { MaxCalls = 1000 }, Options = new ModerationOptions { MaxCallsPerFile = 3 } };

        await rig.RunAsync(100, Ct);

        rig.Sent.Count.ShouldBe(3);
    }

    private static Task<ImmutableArray<Finding>> Fail(string fault) => fault switch
    {
        "throws" => throw new InvalidOperationException("broken"),
        "throws-later" => Task.FromException<ImmutableArray<Finding>>(new IOException("gone")),
        "refuses" => throw new VettingException(FailureCode.BackendUnavailable, "The service is busy."),
        "gives-up" => throw new OperationCanceledException(),
        "no-answer" => Task.FromResult(default(ImmutableArray<Finding>)),
        "null-finding" => Task.FromResult<ImmutableArray<Finding>>([null!]),
        "no-label" => Task.FromResult<ImmutableArray<Finding>>([new Finding(" ", 0.1, "cloud", "7")]),
        "not-a-number" => Task.FromResult<ImmutableArray<Finding>>([new Finding("hate", double.NaN, "cloud", "7")]),
        _ => Task.FromResult<ImmutableArray<Finding>>([new Finding("sorcery/broom", 0.01, "cloud", "7")]),
    };
}
