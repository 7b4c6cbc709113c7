using System.Numerics;
using Framevet.Pipeline.Models;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>
/// A turned and scaled cut-out: target pixel u, v shows the picture at A u - B v + X, B u + C v + Y, in pixels with the centre of the first one at 0, 0 on both sides (C = A but where
/// width and height are scaled apart).
/// </summary>
internal readonly record struct FaceCrop(double A, double B, double C, double X, double Y)
{
    // Where the eyes, the tip of the nose and the corners of the mouth lie in 112 x 112 pixels for models of the ArcFace kind (published with insightface).
    private static readonly Complex[] Template = [new(38.2946, 51.6963), new(73.5318, 51.5014), new(56.0252, 71.7366), new(41.5493, 92.3655), new(70.7299, 92.2041)];

    private const double TemplateSide = 112;

    /// <summary>A rectangle of the picture, by its edges in pixels (0 = the outer edge of the first one).</summary>
    public static FaceCrop Rectangle(double left, double top, double width, double height, int targetWidth, int targetHeight)
    {
        var (stepX, stepY) = (width / targetWidth, height / targetHeight);
        return new FaceCrop(stepX, 0, stepY, left + (stepX / 2) - 0.5, top + (stepY / 2) - 0.5);
    }

    /// <summary>A square of 1.05 times the longer side around a face box, with the same centre.</summary>
    public static FaceCrop Square(MarkBox box, int width, int height, int target, out (double Left, double Top, double Side) square)
    {
        var side = 1.05 * Math.Max(box.Width * width, box.Height * height);
        square = ((box.Center.X * width) - (side / 2), (box.Center.Y * height) - (side / 2), side);
        return Rectangle(square.Left, square.Top, side, side, target, target);
    }

    /// <summary>
    /// The turn and scale that brings five points (right eye, left eye, nose, corners of the mouth) onto the template with the least squared error; null when the points coincide.
    /// </summary>
    public static FaceCrop? Aligned(ReadOnlySpan<MarkPoint> points, int width, int height, int target)
    {
        if (points.Length != Template.Length)
        {
            return null;
        }

        var (from, to) = (Complex.Zero, Complex.Zero);
        for (var i = 0; i < points.Length; i++)
        {
            from += new Complex(points[i].X * width, points[i].Y * height) / points.Length;
            to += Template[i] * (target / TemplateSide) / points.Length;
        }

        var (product, square) = (Complex.Zero, 0.0);
        for (var i = 0; i < points.Length; i++)
        {
            var p = new Complex(points[i].X * width, points[i].Y * height) - from;
            product += Complex.Conjugate(p) * ((Template[i] * (target / TemplateSide)) - to);
            square += (p.Real * p.Real) + (p.Imaginary * p.Imaginary);
        }

        if (square < 1e-6 || product.Magnitude < 1e-9)
        {
            return null;
        }

        // Template = turn * (point - from) + to, so a template pixel shows (pixel - to) / turn + from.
        var back = square / product;
        var origin = from - (to * back);
        return new FaceCrop(back.Real, back.Imaginary, back.Real, origin.Real, origin.Imaginary);
    }

    /// <summary>Writes the cut-out as the input of a model. Where the picture is shrunk, several places per pixel are averaged. Outside the picture everything is black.</summary>
    public void Write(in PixelPlanes picture, ModelInput input, Span<float> tensor)
    {
        var (width, height) = (input.Width!.Value, input.Height!.Value);
        var norm = PictureLoader.Norm(input);
        for (var v = 0; v < height; v++)
        {
            for (var u = 0; u < width; u++)
            {
                var (red, green, blue) = Mean(picture, u, v);
                Put(input, norm, tensor, (v * width) + u, width * height, (ColorMix.Level(red), ColorMix.Level(green), ColorMix.Level(blue)));
            }
        }
    }

    private (float Red, float Green, float Blue) Mean(in PixelPlanes picture, int u, int v)
    {
        var places = Math.Clamp((int)Math.Round(Math.Sqrt((A * A) + (B * B))), 1, 8);
        if (places == 1)
        {
            return picture.At((A * u) - (B * v) + X, (B * u) + (C * v) + Y, 0);
        }

        var (red, green, blue) = (0f, 0f, 0f);
        for (var i = 0; i < places * places; i++)
        {
            var (x, y) = (u + (((i % places) + 0.5) / places) - 0.5, v + (((i / places) + 0.5) / places) - 0.5);
            var (r, g, b) = picture.At((A * x) - (B * y) + X, (B * x) + (C * y) + Y, 0);
            (red, green, blue) = (red + r, green + g, blue + b);
        }

        var share = 1f / (places * places);
        return (red * share, green * share, blue * share);
    }

    private static void Put(ModelInput input, System.Collections.Immutable.ImmutableArray<(float Factor, float Shift)> norm, Span<float> tensor, int pixel, int plane, (float Red, float Green, float Blue) level)
    {
        if (input.Channels == ModelChannels.Gray)
        {
            tensor[pixel] = ((level.Red + level.Green + level.Blue) / 3 * norm[0].Factor) + norm[0].Shift;
            return;
        }

        var (first, third) = input.Channels == ModelChannels.Bgr ? (level.Blue, level.Red) : (level.Red, level.Blue);
        var (start, step) = input.Layout == ModelLayout.Nchw ? (pixel, plane) : (3 * pixel, 1);
        tensor[start] = (first * norm[0].Factor) + norm[0].Shift;
        tensor[start + step] = (level.Green * norm[1].Factor) + norm[1].Shift;
        tensor[start + (2 * step)] = (third * norm[2].Factor) + norm[2].Shift;
    }
}
