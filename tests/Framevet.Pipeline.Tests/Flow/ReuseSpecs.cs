using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Moderation.Banks;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Framevet.TestKit.Media;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tests.Flow;

/// <summary>Real clips through the real pipeline: what a person has decided once is decided again by itself.</summary>
public sealed class ReuseSpecs
{
    private static readonly Recipe Recipe = FlowRig.Recipe with
    {
        Sampler = new PartSpec("interval").With("seconds", 1.0),
        Gates = [],
        Moderation = new ModerationRecipe { Backends = [], Bands = ImmutableSortedDictionary<string, LabelBand>.Empty },
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_file_again_needs_neither_a_model_nor_a_person()
    {
        await using var rig = new FlowRig(isReal: true);
        var clip = TestMedia.Path("chair-original-portrait-480x720.mp4");
        var first = await DecideAsync(rig, clip, Decision.Block);

        var again = await rig.SubmitFileAsync(clip, Recipe, Ct);
        await rig.Desk.WorkAsync(again.Id, Ct);

        (await rig.RunAsync(again.Id)).State.ShouldBe(RunState.Done);
        (await rig.FramesAsync(again.Id)).ShouldAllBe(f => f.Judgement!.Verdict.Decision == Decision.Block && f.Judgement.Verdict.By == "bank");
        var match = rig.Audit.Entries.Single(e => e.Action == "bank.match");
        match.Subject.ShouldBe(again.Id.ToString());
        match.After!.ShouldContain(BankFeeder.OriginOf(first));
    }

    [Theory]
    [InlineData("scale=240:360", "30")]
    [InlineData("crop=iw*0.98:ih*0.98,scale=400:600", "28")]
    [InlineData("eq=brightness=0.04", "36")]
    public async Task A_copy_that_was_resized_cropped_or_encoded_anew_is_the_same_clip(string filter, string quality)
    {
        await using var rig = new FlowRig(isReal: true);
        using var clips = new ClipFactory();
        var clip = TestMedia.Path("chair-original-portrait-480x720.mp4");
        await DecideAsync(rig, clip, Decision.Block);
        var copy = Path.Combine(clips.Folder, "copy.mp4");
        await ReferenceTools.FfmpegAsync(["-i", clip, "-an", "-vf", filter, "-c:v", "libx264", "-crf", quality, "-preset", "veryfast", copy], Ct);

        var again = await rig.SubmitFileAsync(copy, Recipe, Ct);
        await rig.Desk.WorkAsync(again.Id, Ct);

        (await rig.FramesAsync(again.Id)).ShouldAllBe(f => f.Judgement!.Verdict.Decision == Decision.Block && f.Judgement.Verdict.By == "bank");
    }

    [Fact]
    public async Task Another_clip_is_not_matched()
    {
        await using var rig = new FlowRig(isReal: true);
        await DecideAsync(rig, TestMedia.Path("chair-original-portrait-480x720.mp4"), Decision.Block);

        var other = await rig.SubmitFileAsync(TestMedia.Path("flower-960x540.mp4"), Recipe, Ct);
        await rig.Desk.WorkAsync(other.Id, Ct);

        (await rig.RunAsync(other.Id)).State.ShouldBe(RunState.AwaitingReview);
        (await rig.FramesAsync(other.Id)).ShouldAllBe(f => f.Judgement!.Verdict.By == "cascade");
    }

    [Fact]
    public async Task A_clip_with_a_logo_stamped_on_is_matched_exactly_where_its_pictures_are_near_enough()
    {
        await using var rig = new FlowRig(isReal: true);
        await DecideAsync(rig, TestMedia.Path("chair-original-portrait-480x720.mp4"), Decision.Block);
        var index = await rig.Get<IHashBank>().IndexAsync(Ct);

        var stamped = await rig.SubmitFileAsync(TestMedia.Path("chair-with-logo-480x720.mp4"), Recipe, Ct);
        await rig.Desk.WorkAsync(stamped.Id, Ct);

        var frames = await rig.FramesAsync(stamped.Id);
        var distances = new List<int>();
        foreach (var frame in frames)
        {
            var picture = Pdq.Of(rig.Get<Pipeline.Tools.JpegCodec>().Decode(await File.ReadAllBytesAsync(await rig.Get<Pipeline.Storage.IBlobStore>().LocalPathAsync(frame.ThumbKey!, Ct), Ct), 10_000));
            distances.Add(index.Find(picture).Distance);
        }

        // Which copies count as the same is the published distance, nothing else: 80 % of the pictures within it make it the same clip.
        var near = distances.Count(d => d <= Pdq.MatchDistance);
        TestContext.Current.TestOutputHelper?.WriteLine($"distances: {string.Join(" ", distances)}");
        frames.Count(f => f.Judgement!.Verdict.By == "bank").ShouldBe(near >= 0.8 * distances.Count ? frames.Length : near);
    }

    private static async Task<Guid> DecideAsync(FlowRig rig, string clip, Decision word)
    {
        var run = await rig.SubmitFileAsync(clip, Recipe, Ct);
        await rig.Desk.WorkAsync(run.Id, Ct);
        var item = (await rig.Reviews.OpenForRunAsync(run.Id, Ct)).Single();
        var claimed = await rig.ReviewDesk.ClaimAsync(item.Id, FlowRig.Moderator, Ct);
        await rig.Rulings.DecideAsync(item.Id, claimed.Claim!.Token, new ReviewWord(word, "nudity/explicit", ReviewReason.Fitting(word)[0].Id), FlowRig.Moderator, Ct);
        ImmutableArray<Pts> frames = item.Frames;
        var feeder = new BankFeeder(rig.Get<IHashBank>(), rig.Store, rig.Get<Pipeline.Storage.IBlobStore>(), rig.Get<Pipeline.Tools.JpegCodec>(), Options.Create(new ModerationOptions()));
        await feeder.TakeAsync(
            new FinalDecision(1, item.Id, run.Id, run.OwnerId, run.SourceName, run.MediaSha256, word, "nudity/explicit", null, "m1", "Mia", rig.Clock.GetUtcNow(), frames), Ct);
        return item.Id;
    }
}
