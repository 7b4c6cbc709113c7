using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Tests.Recipes;
using Framevet.Pipeline.Tools;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Moderation;

/// <summary>The whole screen on real JPEGs, photographs and encoded frames.</summary>
public sealed class SkinRegionPhotoSpecs
{
    // Fur of a leopard has the colour of skin: a screen for recall is wrong here, and people clear it.
    [Theory]
    [InlineData("photo-leopard.jpg", Decision.Escalate)]
    [InlineData("photo-tokyo-portrait.jpg", Decision.Allow)]
    [InlineData("photo-family-3072x1780.jpg", Decision.Allow)]
    [InlineData("photo-surfer.jpg", Decision.Allow)]
    public async Task Photographs(string file, Decision decision)
    {
        var judgement = await JudgeAsync(await File.ReadAllBytesAsync(TestMedia.Path(file), TestContext.Current.CancellationToken));

        judgement.Verdict.Decision.ShouldBe(decision, judgement.Verdict.Reason);
    }

    [Theory]
    [InlineData(108, 147, Decision.Escalate)] // light skin
    [InlineData(118, 139, Decision.Escalate)] // dark skin, with luma 60 below
    [InlineData(128, 128, Decision.Allow)] // gray
    [InlineData(160, 100, Decision.Allow)] // blue sky
    public async Task Encoded_frames_of_one_colour(byte cb, byte cr, Decision decision)
    {
        using var batch = new FramePool().Rent(new FrameLayout(320, 180), 1);
        var planes = batch.Add(0, new Pts(0, new TimeBase(1, 1000))).Span;
        planes[..batch.Layout.LumaBytes].Fill(cb == 118 ? (byte)60 : (byte)170);
        planes.Slice(batch.Layout.LumaBytes, batch.Layout.ChromaBytes).Fill(cb);
        planes[(batch.Layout.LumaBytes + batch.Layout.ChromaBytes)..].Fill(cr);

        var judgement = await JudgeAsync(new JpegCodec().Encode(batch[0], 90));

        judgement.Verdict.Decision.ShouldBe(decision, judgement.Verdict.Reason);
        judgement.Verdict.By.ShouldBe("skin-region");
    }

    private static Task<Judgement> JudgeAsync(byte[] jpeg) =>
        ModerationCascade.Build(NoServices.Catalog, BuiltInRecipes.BestFrames.Moderation, TimeProvider.System).JudgeAsync(jpeg, TestContext.Current.CancellationToken);
}
