using Framevet.Pipeline.Ingest.Links;

namespace Framevet.Pipeline.Tests.Links;

/// <summary>What a site is asked for follows what this machine decodes.</summary>
public sealed class CodecPreferenceSpecs
{
    [Theory]
    [InlineData("off", null, LinkCodec.H264)]
    [InlineData("off", "NVIDIA L40S", LinkCodec.H264)]
    [InlineData("auto", null, LinkCodec.H264)]
    [InlineData("vaapi", "NVIDIA L40S", LinkCodec.H264)]
    [InlineData("cuda", "NVIDIA H200", LinkCodec.H264)]
    [InlineData("cuda", "NVIDIA H100 80GB HBM3", LinkCodec.H264)]
    [InlineData("cuda", "NVIDIA A100-SXM4-40GB", LinkCodec.H264)]
    [InlineData("auto", "Tesla T4", LinkCodec.H264)]
    [InlineData("cuda", "NVIDIA GeForce RTX 2080 Ti", LinkCodec.H264)]
    [InlineData("cuda", "Quadro RTX 4000", LinkCodec.H264)]
    [InlineData("cuda", "NVIDIA RTX 4000 Ada Generation", LinkCodec.Av1)]
    [InlineData("cuda", "NVIDIA L4", LinkCodec.Av1)]
    [InlineData("cuda", "NVIDIA L40S", LinkCodec.Av1)]
    [InlineData("auto", "NVIDIA A10", LinkCodec.Av1)]
    [InlineData("cuda", "NVIDIA A10G", LinkCodec.Av1)]
    [InlineData("cuda", "NVIDIA GeForce RTX 4090", LinkCodec.Av1)]
    [InlineData("cuda", "NVIDIA RTX A6000", LinkCodec.Av1)]
    [InlineData("cuda", "NVIDIA B200", LinkCodec.Av1)]
    public void A_card_that_knows_AV1_is_given_it_and_everything_else_H264(string hardware, string? card, LinkCodec codec) => CodecPreference.Of(hardware, card).ShouldBe(codec);
}
