using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tools;
using Framevet.TestKit;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Flow;

/// <summary>The whole flow with real ffmpeg, real parts and the real screen on real films.</summary>
public sealed class RealFilmSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("bbb-480p-30s.mp4", "interval", 3)]
    [InlineData("bbb-480p-30s.mp4", "scenes", 4)]
    [InlineData("old-film-bw-640x360.mp4", "scenes", 3)]
    [InlineData("vfr-mixed-640x360.mp4", "every", 3)]
    [InlineData("street-cars-768x432.mp4", "keyframe", 2)]
    [InlineData("anamorphic-sar-bframes-800x640.mp4", "every", 2)]
    [InlineData("faces-walking.gif", "every", 2)]
    public async Task A_film_stopped_again_and_again_ends_with_the_rows_of_an_undisturbed_run(string name, string sampling, int stops)
    {
        LongTests.Only(name is "street-cars-768x432.mp4" or "faces-walking.gif" || (name, sampling) is ("bbb-480p-30s.mp4", "scenes"), "More films.");
        var film = TestMedia.Path(name);
        await using var calm = new FlowRig(isReal: true);
        var first = await calm.SubmitFileAsync(film, Recipe(sampling), Ct);
        (await calm.Desk.WorkAsync(first.Id, Ct)).ShouldBe(RunOutcome.Completed);

        await using var rough = new FlowRig(isReal: true);
        var run = await rough.SubmitFileAsync(film, Recipe(sampling), Ct);
        for (var i = 0; i < stops; i++)
        {
            // Each time a little further: after the first frames that this piece of work has stored.
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
            rough.Events.OnPublish = news =>
            {
                if (news is FramesScored)
                {
                    stop.Cancel();
                }
                else if (news is RunProgressed)
                {
                    rough.Clock.Advance(TimeSpan.FromSeconds(2));
                }
            };
            (await rough.Desk.WorkAsync(run.Id, stop.Token)).ShouldBeOneOf(RunOutcome.HandedBack, RunOutcome.Completed);
        }

        rough.Events.OnPublish = null;
        await rough.Desk.WorkAsync(run.Id, Ct);

        var expected = await calm.FramesAsync(first.Id);
        expected.Length.ShouldBeGreaterThan(3);
        (await rough.FramesAsync(run.Id)).Select(FrameRows.Text).ShouldBe(expected.Select(FrameRows.Text));
        (await rough.Store.ScenesAsync(run.Id, Ct)).ShouldBe(await calm.Store.ScenesAsync(first.Id, Ct));
        var (calmRow, roughRow) = (await calm.RunAsync(first.Id), await rough.RunAsync(run.Id));
        roughRow.State.ShouldBe(calmRow.State);
        roughRow.Attempt.ShouldBeGreaterThan(1);
        (roughRow.Funnel with { Decoded = 0 }).ShouldBe(calmRow.Funnel with { Decoded = 0 });
        if (sampling != "keyframe")
        {
            roughRow.Funnel.Decoded.ShouldBe(calmRow.Funnel.Decoded);
        }
    }

    [Fact]
    public async Task Every_sampled_frame_has_a_thumbnail_in_the_store()
    {
        await using var rig = new FlowRig(isReal: true);
        var run = await rig.SubmitFileAsync(TestMedia.Path("bbb-1080p-5s.mp4"), Recipe("interval"), Ct);

        await rig.Desk.WorkAsync(run.Id, Ct);

        foreach (var frame in await rig.FramesAsync(run.Id))
        {
            var jpeg = await File.ReadAllBytesAsync(rig.Folder["blobs/" + frame.ThumbKey], Ct);
            var picture = new JpegCodec().Decode(jpeg, 4096);
            (picture.Width, picture.Height).ShouldBe((512, 288));
        }
    }

    [Fact]
    public async Task Cancelling_kills_the_decoder_and_gives_all_buffers_back()
    {
        await using var rig = new FlowRig(isReal: true);
        var run = await rig.SubmitFileAsync(TestMedia.Path("bench-1080p30-20s.mp4"), Recipe("every"), Ct);
        rig.Events.OnPublish = news =>
        {
            if (news is RunProgressed { Stage: RunStage.Score } progress)
            {
                // Progress is told by the clock, which stands still otherwise.
                rig.Clock.Advance(TimeSpan.FromSeconds(1));
                if (progress.Fraction > 0)
                {
                    rig.Events.OnPublish = null;
                    _ = rig.Desk.CancelAsync(run.Id, FlowRig.Owner, CancellationToken.None);
                }
            }
        };

        (await rig.Desk.WorkAsync(run.Id, Ct).WaitAsync(TimeSpan.FromMinutes(1), Ct)).ShouldBe(RunOutcome.Cancelled);

        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.Cancelled);
        (await rig.FramesAsync(run.Id)).Length.ShouldBeLessThan(100, "20 s of film have 600 frames");
        rig.Pool.Outstanding.ShouldBe(0);
    }

    private static Recipe Recipe(string sampling) => FlowRig.Recipe with
    {
        Sampler = sampling switch
        {
            "keyframe" => new PartSpec("keyframe"),
            "every" => new PartSpec("interval").With("seconds", 0),
            _ => new PartSpec("interval").With("seconds", 0.2),
        },
        Scenes = sampling == "scenes" ? new PartSpec("content") : null,
        Moderation = BuiltInRecipes.All[0].Moderation,
    };
}
