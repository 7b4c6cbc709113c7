using Framevet.Pipeline.Moderation.Banks;
using Framevet.Pipeline.Tools;
using Framevet.TestKit;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Moderation.Banks;

public sealed class PdqSpecs
{
    private static readonly JpegCodec Jpeg = new();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void It_agrees_with_a_plain_writing_of_the_paper(int seed)
    {
        var random = new Random(seed);
        var picture = Rgb(Pictures.Scene(64 + random.Next(300), 64 + random.Next(300), seed));

        var fast = Pdq.Of(picture);
        var plain = PlainPdq.Of(picture);

        // Single precision may only decide otherwise where a frequency lies practically on the median.
        PdqHash.TryParse(plain.Hash, out var hash).ShouldBeTrue();
        fast.Hash.DistanceTo(hash).ShouldBeLessThanOrEqualTo(plain.Margins.Count(m => m < 0.01), $"seed {seed}");
        Math.Abs(fast.Quality - plain.Quality).ShouldBeLessThanOrEqualTo(1, $"seed {seed}");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Half_of_its_bits_are_set_and_its_text_comes_back(int seed)
    {
        var hash = Pdq.Of(Rgb(Pictures.Scene(256, 256, seed))).Hash;

        hash.DistanceTo(default).ShouldBe(128);
        hash.ToString().Length.ShouldBe(64);
        PdqHash.TryParse(hash.ToString(), out var again).ShouldBeTrue();
        again.ShouldBe(hash);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Mirroring_turns_the_sign_of_every_other_frequency_and_transposing_exchanges_rows_and_columns(int seed)
    {
        // At 64 x 64 the filter has a window of one pixel, so that the eight pictures have the same frequencies up to sign and place, and the median is near zero.
        var picture = Pictures.Scene(64, 64, seed);
        var hash = Pdq.Of(Rgb(picture)).Hash;
        var mirrored = Pdq.Of(Rgb(picture.Mirrored())).Hash;
        var transposed = Pdq.Of(Rgb(Transposed(picture))).Hash;

        // Frequency u, v is bit 16 u + v and counts from 1: those odd along the mirrored side change their sign, hence their bit.
        var (kept, flipped, exchanged) = (0, 0, 0);
        for (var u = 0; u < 16; u++)
        {
            for (var v = 0; v < 16; v++)
            {
                kept += v % 2 == 1 && Bit(hash, u, v) == Bit(mirrored, u, v) ? 1 : 0;
                flipped += v % 2 == 0 && Bit(hash, u, v) != Bit(mirrored, u, v) ? 1 : 0;
                exchanged += Bit(hash, u, v) == Bit(transposed, v, u) ? 1 : 0;
            }
        }

        kept.ShouldBeGreaterThan(115, $"seed {seed}");
        flipped.ShouldBeGreaterThan(100, $"seed {seed}");
        exchanged.ShouldBeGreaterThanOrEqualTo(254, $"seed {seed}");
        hash.DistanceTo(mirrored).ShouldBeGreaterThan(Pdq.MatchDistance, "a mirrored picture is another one");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Encoded_again_resized_and_brightened_copies_are_the_same_picture_and_others_are_not(int seed)
    {
        var picture = Pictures.Scene(400, 300, seed);
        var hash = Pdq.Of(Rgb(picture));

        Distance(hash, Jpeg.Decode(Jpeg.Encode(Rgb(picture), 40), 10_000)).ShouldBeLessThanOrEqualTo(Pdq.MatchDistance);
        Distance(hash, RgbScaler.To(Rgb(picture), 200, 150)).ShouldBeLessThanOrEqualTo(Pdq.MatchDistance);
        Distance(hash, Rgb(picture.Brighter(12))).ShouldBeLessThanOrEqualTo(Pdq.MatchDistance);
        Distance(hash, Rgb(picture.Blurred(1))).ShouldBeLessThanOrEqualTo(Pdq.MatchDistance);
        Distance(hash, Rgb(Pictures.Scene(400, 300, seed + 100))).ShouldBeGreaterThan(Pdq.MatchDistance * 2);
    }

    [Fact]
    public void A_flat_picture_has_no_quality_and_never_matches()
    {
        var flat = Pdq.Of(Rgb(Pictures.Flat(320, 240, 90)));
        var bank = new BankIndex([Picture(flat)]);

        flat.Quality.ShouldBe(0);
        bank.HasPictures.ShouldBeFalse();
        bank.Find(flat).Distance.ShouldBe(256);
        new BankIndex([Picture(new PdqPicture(flat.Hash, 60))]).Find(flat).Denied.ShouldBeNull();
        new BankIndex([Picture(new PdqPicture(flat.Hash, 49))]).Find(new PdqPicture(flat.Hash, 60)).Denied.ShouldBeNull();
        new BankIndex([Picture(new PdqPicture(flat.Hash, 50))]).Find(new PdqPicture(flat.Hash, 50)).Denied.ShouldNotBeNull();
        Pdq.Of(Rgb(Pictures.Noise(4, 4, 1))).ShouldBe(default);
    }

    [Theory]
    [InlineData("photo-leopard.jpg")]
    [InlineData("photo-tokyo-portrait.jpg")]
    [InlineData("photo-surfer.jpg")]
    [InlineData("photo-family-3072x1780.jpg")]
    public void Copies_of_photographs_are_recognised(string name)
    {
        var photo = RgbScaler.Within(Jpeg.Decode(File.ReadAllBytes(TestMedia.Path(name)), 2000), 512, 512);
        var hash = Pdq.Of(photo);

        hash.Quality.ShouldBeGreaterThan(Pdq.PoorQuality);
        Distance(hash, Jpeg.Decode(Jpeg.Encode(photo, 25), 10_000)).ShouldBeLessThanOrEqualTo(Pdq.MatchDistance);
        Distance(hash, RgbScaler.To(photo, photo.Width / 3, photo.Height / 3)).ShouldBeLessThanOrEqualTo(Pdq.MatchDistance);
        Distance(hash, RgbScaler.To(photo, photo.Width, photo.Width)).ShouldBeLessThanOrEqualTo(Pdq.MatchDistance);
        Distance(hash, Cropped(photo, 0.01)).ShouldBeLessThanOrEqualTo(Pdq.MatchDistance);
        Distance(hash, Cropped(photo, 0.2)).ShouldBeGreaterThan(Pdq.MatchDistance, "a fifth cut off each side is another picture, as the paper says of crops");
    }

    private static int Distance(PdqPicture picture, RgbImage copy) => picture.Hash.DistanceTo(Pdq.Of(copy).Hash);

    private static BankEntry Picture(PdqPicture picture) => new()
    {
        Id = Guid.NewGuid(), Bank = BankKind.Block, Hash = picture.Hash, Quality = picture.Quality, Label = "other", Origin = "review/x", By = "Mia", At = DateTimeOffset.UnixEpoch,
    };

    private static RgbImage Rgb(Picture gray) => new(gray.Width, gray.Height, [.. gray.Pixels.SelectMany(p => new[] { p, p, p })]);

    private static Picture Transposed(Picture p) => new(p.Height, p.Width, [.. Enumerable.Range(0, p.Width * p.Height).Select(i => (byte)p[i / p.Height, i % p.Height])]);

    private static RgbImage Cropped(RgbImage image, double share)
    {
        var (left, top) = ((int)(image.Width * share), (int)(image.Height * share));
        var cut = new RgbImage(image.Width - (2 * left), image.Height - (2 * top), new byte[(image.Width - (2 * left)) * (image.Height - (2 * top)) * 3]);
        for (var y = 0; y < cut.Height; y++)
        {
            image.Pixels.AsSpan((((y + top) * image.Width) + left) * 3, cut.Width * 3).CopyTo(cut.Pixels.AsSpan(y * cut.Width * 3));
        }

        return cut;
    }

    private static bool Bit(PdqHash hash, int u, int v)
    {
        var at = (16 * u) + v;
        var word = (at / 64) switch { 0 => hash.A, 1 => hash.B, 2 => hash.C, _ => hash.D };
        return ((word >> (at % 64)) & 1) == 1;
    }
}
