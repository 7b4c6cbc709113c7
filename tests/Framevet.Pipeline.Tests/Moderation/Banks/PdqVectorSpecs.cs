using Framevet.Pipeline.Moderation.Banks;
using Framevet.Pipeline.Tests.Scoring;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Moderation.Banks;

/// <summary>
/// The hashes that the authors of PDQ publish for frames of these very clips (facebook/ThreatExchange, vpdq/sample-hashes, chair-orig-22-sd-bar and chair-22-with-large-logo-bar). Their
/// pictures came from another decoder and another change of colours, so a few bits may differ; theirs allow ten.
/// </summary>
public sealed class PdqVectorSpecs
{
    private const string Original = "chair-original-portrait-480x720.mp4";
    private const string Stamped = "chair-with-logo-480x720.mp4";
    private const int Tolerance = 10;

    [Theory]
    [InlineData(Original, 30, "a4ad66b9cf58d3691a7bf88f07f2e9036be6082dfb4983d8a4a36da40034de54")]
    [InlineData(Original, 60, "e42926b9cb58d271383b799e0ff2e1076fe6183dfb4986d82ca36da48034fc54")]
    [InlineData(Original, 90, "4ce949b11f1035e2f2ef0a5e7ef68706870e70f97bd91d1049a3dbe1d064b454")]
    [InlineData(Original, 120, "643c8f9e5f0eb6a66886355a4a4bdbe38343a4e924b969b41d321ba33a85d55e")]
    [InlineData(Original, 150, "02b456d6bd4b6d695aa51772cdb8fa1df0ced12ea64b82f106e53d1b7e0b8050")]
    [InlineData(Original, 180, "e24c3568ce8d8926cc96324b66b9c999d92c37566669999b9bb166e464cbdd11")]
    [InlineData(Stamped, 30, "48d946d9773cb325b92be90b0fd2e8d377a6102dbf69c2d4cc956ce40034bd52")]
    [InlineData(Stamped, 60, "c8d94ed9766cb365b92b690b0fd2e8c277a6103db7e986d44c956de40034bd52")]
    [InlineData(Stamped, 90, "48d94ad936b43526b12b0b5b6bdaced6b7a6b0a9b3c91c9448a5cbe4e064b15e")]
    [InlineData(Stamped, 120, "48d84edc572cb726a9a7295b4a4b4bc38763b4a9b4b948b45d965a846aa5b55e")]
    [InlineData(Stamped, 150, "4ada56debd04a52d1aa5177b4d1b6a5df4869126a6cb82f14ee47c947e0ba151")]
    [InlineData(Stamped, 180, "4ad84e4856adb124adb62b4b6e794b9991263756e66998995ab44ee46ccbbd11")]
    public async Task A_frame_has_the_hash_that_is_published_for_it(string clip, int frame, string published)
    {
        PdqHash.TryParse(published, out var expected).ShouldBeTrue();

        var picture = Pdq.Of(await Photos.RgbAsync(TestMedia.Path(clip), TestContext.Current.CancellationToken, $"select=eq(n\\,{frame})"));

        picture.Hash.DistanceTo(expected).ShouldBeLessThanOrEqualTo(Tolerance);
        picture.Quality.ShouldBe(100);
    }

    [Fact]
    public void The_published_hashes_of_clip_and_stamped_copy_are_as_far_apart_as_ours()
    {
        // A logo as large as this one makes other pictures by the published threshold of 31 bits.
        PdqHash.TryParse("e42926b9cb58d271383b799e0ff2e1076fe6183dfb4986d82ca36da48034fc54", out var clean).ShouldBeTrue();
        PdqHash.TryParse("c8d94ed9766cb365b92b690b0fd2e8c277a6103db7e986d44c956de40034bd52", out var stamped).ShouldBeTrue();

        clean.DistanceTo(stamped).ShouldBe(BitsApart("e42926b9cb58d271383b799e0ff2e1076fe6183dfb4986d82ca36da48034fc54", "c8d94ed9766cb365b92b690b0fd2e8c277a6103db7e986d44c956de40034bd52"));
        clean.DistanceTo(stamped).ShouldBeGreaterThan(Pdq.MatchDistance);
    }

    private static int BitsApart(string a, string b) => Convert.FromHexString(a).Zip(Convert.FromHexString(b)).Sum(p => int.PopCount(p.First ^ p.Second));
}
