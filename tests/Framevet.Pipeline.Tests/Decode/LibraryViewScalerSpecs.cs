using Framevet.Pipeline.Decode.Library;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Tests.Decode;

public sealed class LibraryViewScalerSpecs
{
    [Theory]
    [InlineData(1920, 1080, 320, 180)]
    [InlineData(854, 480, 320, 180)]
    [InlineData(161, 121, 64, 48)]
    [InlineData(97, 61, 97, 61)]
    [InlineData(640, 360, 639, 359)]
    [InlineData(1000, 9, 17, 3)]
    public void A_reduced_plane_equals_the_mean_of_the_area_that_each_pixel_covers(int sourceWidth, int sourceHeight, int width, int height)
    {
        var random = new Random(sourceWidth + width);
        var stride = sourceWidth + 13;
        var plane = new byte[stride * sourceHeight];
        random.NextBytes(plane);
        var reducer = new PlaneReducer(sourceWidth, sourceHeight, width, height);
        var row = new float[width];

        for (var y = 0; y < height; y += Math.Max(1, height / 7))
        {
            reducer.Row(plane, stride, y, row);
            for (var x = 0; x < width; x++)
            {
                row[x].ShouldBe((float)Mean(plane, stride, (double)sourceWidth / width, (double)sourceHeight / height, x, y, sourceWidth, sourceHeight), 0.02, $"{x},{y}");
            }
        }
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("bt709", false)]
    [InlineData("bt709", true)]
    [InlineData("bt2020nc", false)]
    [InlineData("smpte240m", false)]
    public void Colours_land_where_their_red_green_and_blue_say(string? matrix, bool isFull)
    {
        var (kr, kb) = matrix switch { "bt709" => (0.2126, 0.0722), "bt2020nc" => (0.2627, 0.0593), "smpte240m" => (0.212, 0.087), _ => (0.299, 0.114) };
        var layout = new FrameLayout(33, 17);
        foreach (var (r, g, b) in new[] { (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (0.8, 0.3, 0.2), (0.1, 0.7, 0.4), (0.3, 0.2, 0.9), (0.5, 0.5, 0.5) })
        {
            var (y, cb, cr) = Coded(r, g, b, kr, kb);
            var picture = Flat(layout, isFull ? y * 255 : 16 + (y * 219), isFull ? 128 + (cb * 255) : 128 + (cb * 224), isFull ? 128 + (cr * 255) : 128 + (cr * 224));
            var target = new byte[layout.FrameBytes];

            new ViewScaler(layout, matrix).Write(Of(picture, layout, isFull), target);

            var (wantY, wantCb, wantCr) = Coded(r, g, b, 0.299, 0.114);
            var frame = new Frame(0, default, layout, target);
            foreach (var i in new[] { 0, 31, 32, (33 * 17) - 1 })
            {
                ((double)frame.Luma[i]).ShouldBe(wantY * 255, 2, $"Y of {r},{g},{b} at {i}");
            }

            ((double)frame.Cb[16]).ShouldBe(128 + (wantCb * 255), 2, $"Cb of {r},{g},{b}");
            ((double)frame.Cr[0]).ShouldBe(128 + (wantCr * 255), 2, $"Cr of {r},{g},{b}");
        }
    }

    [Fact]
    public void Vector_and_plain_form_of_the_last_step_agree_in_every_length()
    {
        var random = new Random(5);
        for (var length = 1; length < 70; length++)
        {
            var values = Enumerable.Range(0, length).Select(_ => (random.NextSingle() * 300) - 20).ToArray();
            var shift = Enumerable.Range(0, length).Select(_ => (random.NextSingle() * 20) - 10).ToArray();
            var target = new byte[length];

            ViewScaler.Finish(values, shift, 1.1f, target);

            for (var i = 0; i < length; i++)
            {
                var exact = Math.Clamp((values[i] * 1.1) + shift[i], 0, 255);
                Math.Abs(target[i] - exact).ShouldBeLessThanOrEqualTo(0.502, $"{i} of {length}");
            }
        }
    }

    [Theory]
    [InlineData("bt709", false, 130, 66)]
    [InlineData("bt709", true, 97, 33)]
    [InlineData(null, false, 64, 64)]
    [InlineData("bt2020nc", false, 33, 5)]
    [InlineData("smpte240m", false, 200, 3)]
    public void Pictures_that_keep_their_size_are_within_half_a_level_and_a_thirtieth_of_the_formula(string? matrix, bool isFull, int width, int height)
    {
        var random = new Random(width);
        var (chromaWidth, chromaHeight) = ((width + 1) / 2, (height + 1) / 2);
        var (y, cb, cr) = (new byte[width * height], new byte[chromaWidth * chromaHeight], new byte[chromaWidth * chromaHeight]);
        random.NextBytes(y);
        random.NextBytes(cb);
        random.NextBytes(cr);
        var layout = new FrameLayout(width, height);
        var target = new byte[layout.FrameBytes];

        new ViewScaler(layout, matrix).Write(new PlanarPicture { Y = y, LumaStride = width, Cb = cb, Cr = cr, ChromaStride = chromaWidth, Width = width, Height = height, IsFullRange = isFull }, target);

        var shift = ColorShift.From(matrix, isFull);
        for (var i = 0; i < y.Length; i++)
        {
            var at = (i / width / 2 * chromaWidth) + (i % width / 2);
            var exact = (shift.Gain * (y[i] - shift.Black)) + (shift.A * (cb[at] - 128)) + (shift.B * (cr[at] - 128));
            Math.Abs(target[i] - Math.Clamp(exact, 0, 255)).ShouldBeLessThan(0.54f, $"luma {i}");
        }

        for (var i = 0; i < cb.Length; i++)
        {
            var blue = 128 + (shift.C * (cb[i] - 128)) + (shift.D * (cr[i] - 128));
            var red = 128 + (shift.E * (cb[i] - 128)) + (shift.F * (cr[i] - 128));
            Math.Abs(target[y.Length + i] - Math.Clamp(blue, 0, 255)).ShouldBeLessThan(0.54f, $"blue {i}");
            Math.Abs(target[y.Length + cb.Length + i] - Math.Clamp(red, 0, 255)).ShouldBeLessThan(0.54f, $"red {i}");
        }
    }

    [Theory]
    [InlineData(1920, 1080, 1920, 1080, "bt709", false)]
    [InlineData(854, 480, 320, 180, null, false)]
    [InlineData(161, 121, 161, 121, "bt709", true)]
    [InlineData(33, 2001, 33, 2001, null, true)]
    [InlineData(1000, 900, 97, 301, "bt2020nc", false)]
    [InlineData(40, 30, 40, 30, "bt709", false)]
    [InlineData(3, 1, 3, 1, null, false)]
    public void Sums_made_without_keeping_the_view_are_those_of_the_view(int sourceWidth, int sourceHeight, int width, int height, string? matrix, bool isFull)
    {
        const PlaneGroups All = PlaneGroups.Levels | PlaneGroups.Windows | PlaneGroups.Grid | PlaneGroups.Tiles | PlaneGroups.Colors;
        var layout = new FrameLayout(width, height);
        var scaler = new ViewScaler(layout, matrix);
        var (kept, alone) = (new PlaneStats(), new PlaneStats());
        for (var seed = 1; seed <= 2; seed++)
        {
            // The second picture finds the window and the sums of the first.
            var source = new FrameLayout(sourceWidth, sourceHeight);
            var pixels = new byte[source.FrameBytes];
            new Random(seed).NextBytes(pixels);
            var view = new byte[layout.FrameBytes];
            scaler.Write(Of(pixels, source, isFull), view);
            var frame = new Frame(0, default, layout, view);
            kept.Clear();
            kept.Fill(in frame, All);

            alone.Clear();
            scaler.Sum(Of(pixels, source, isFull), alone, All);

            alone.Counts.SequenceEqual(kept.Counts).ShouldBeTrue();
            (alone.Sums, alone.Windows, alone.Grid, alone.Colors, alone.InnerPixels).ShouldBe((kept.Sums, kept.Windows, kept.Grid, kept.Colors, kept.InnerPixels));
            alone.Tiles.SequenceEqual(kept.Tiles).ShouldBeTrue();
        }
    }

    [Fact]
    public void A_thumbnail_of_a_large_view_is_small_and_a_small_one_stays()
    {
        var jpeg = new JpegCodec();
        foreach (var (width, height, want) in new[] { (1920, 1080, (512, 288)), (601, 1200, (256, 512)), (320, 180, (320, 180)) })
        {
            var layout = new FrameLayout(width, height);
            var frame = new Frame(0, default, layout, Flat(layout, 90, 128, 128));

            var image = jpeg.Decode(Thumbnail.Of(in frame, jpeg, 80), 4096);

            (image.Width, image.Height).ShouldBe(want);
            ((int)image.Pixels[0]).ShouldBeInRange(88, 92);
        }
    }

    private static double Mean(byte[] plane, int stride, double stepX, double stepY, int x, int y, int sourceWidth, int sourceHeight)
    {
        double sum = 0;
        for (var row = (int)(y * stepY); row < Math.Min(sourceHeight, (y + 1) * stepY); row++)
        {
            var weight = Math.Min(row + 1, (y + 1) * stepY) - Math.Max(row, y * stepY);
            for (var column = (int)(x * stepX); column < Math.Min(sourceWidth, (x + 1) * stepX); column++)
            {
                sum += weight * (Math.Min(column + 1, (x + 1) * stepX) - Math.Max(column, x * stepX)) * plane[(row * stride) + column];
            }
        }

        return sum / stepX / stepY;
    }

    private static (double Y, double Cb, double Cr) Coded(double r, double g, double b, double kr, double kb)
    {
        var y = (kr * r) + ((1 - kr - kb) * g) + (kb * b);
        return (y, (b - y) / (2 * (1 - kb)), (r - y) / (2 * (1 - kr)));
    }

    private static byte[] Flat(FrameLayout layout, double y, double cb, double cr)
    {
        var pixels = new byte[layout.FrameBytes];
        pixels.AsSpan(0, layout.LumaBytes).Fill((byte)Math.Round(y));
        pixels.AsSpan(layout.LumaBytes, layout.ChromaBytes).Fill((byte)Math.Clamp(Math.Round(cb), 0, 255));
        pixels.AsSpan(layout.LumaBytes + layout.ChromaBytes).Fill((byte)Math.Clamp(Math.Round(cr), 0, 255));
        return pixels;
    }

    private static PlanarPicture Of(byte[] pixels, FrameLayout layout, bool isFull) => new()
    {
        Y = pixels.AsSpan(0, layout.LumaBytes),
        Cb = pixels.AsSpan(layout.LumaBytes, layout.ChromaBytes),
        Cr = pixels.AsSpan(layout.LumaBytes + layout.ChromaBytes),
        LumaStride = layout.Width,
        ChromaStride = layout.ChromaWidth,
        Width = layout.Width,
        Height = layout.Height,
        IsFullRange = isFull,
    };
}
