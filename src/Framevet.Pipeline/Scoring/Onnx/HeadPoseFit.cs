namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>
/// Where a head points, from 68 points of its face (iBUG order): the turn of a general head whose six fixed points, seen from far away (scaled orthographic), lie nearest to those of the
/// picture, by least squares. Deviates from a full camera model by some degrees for faces close to the lens.
/// </summary>
internal static class HeadPoseFit
{
    private const double Degrees = 180 / Math.PI;

    // Tip of the nose, chin, outer corners of the eyes, corners of the mouth: positions in the order of iBUG, and places on a general head with x to the right edge of the picture, y down
    // and z away from the camera (the usual figures of published head pose examples).
    private static readonly int[] Positions = [30, 8, 36, 45, 48, 54];
    private static readonly double[,] Head = { { 0, 0, 0 }, { 0, 330, 65 }, { -225, -170, 135 }, { 225, -170, 135 }, { -150, 150, 125 }, { 150, 150, 125 } };

    /// <summary>The pose; null when the points give none. <paramref name="points"/>: x and y of 68 points in turn, in square pixels of any scale.</summary>
    public static HeadPose? Of(ReadOnlySpan<float> points)
    {
        if (points.Length < 2 * 68)
        {
            return null;
        }

        var (model, seen) = (Centred(Head), Centred(Seen(points)));

        // Each row of the projection: the solution of (model' model) row = model' seen.
        var inverse = Inverse(Times(model, model));
        if (inverse is null)
        {
            return null;
        }

        var product = Times(model, seen);
        var (first, second) = (Row(inverse, product, 0), Row(inverse, product, 1));
        var scale = Length(first);
        if (!(scale > 1e-9) || !(Length(second) > 1e-9))
        {
            return null;
        }

        first = Scaled(first, 1 / scale);
        var along = Dot(first, second);
        second = [second[0] - (along * first[0]), second[1] - (along * first[1]), second[2] - (along * first[2])];
        if (!(Length(second) > 1e-9))
        {
            return null;
        }

        second = Scaled(second, 1 / Length(second));
        double[] third = [(first[1] * second[2]) - (first[2] * second[1]), (first[2] * second[0]) - (first[0] * second[2]), (first[0] * second[1]) - (first[1] * second[0])];
        return new HeadPose(
            (float)(Math.Atan2(-first[2], third[2]) * Degrees),
            (float)(Math.Atan2(second[2], Math.Sqrt((first[2] * first[2]) + (third[2] * third[2]))) * Degrees),
            (float)(Math.Atan2(second[0], first[0]) * Degrees));
    }

    private static double[,] Seen(ReadOnlySpan<float> points)
    {
        var seen = new double[Positions.Length, 2];
        for (var i = 0; i < Positions.Length; i++)
        {
            (seen[i, 0], seen[i, 1]) = (points[2 * Positions[i]], points[(2 * Positions[i]) + 1]);
        }

        return seen;
    }

    private static double[,] Centred(double[,] rows)
    {
        var centred = (double[,])rows.Clone();
        for (var c = 0; c < rows.GetLength(1); c++)
        {
            double sum = 0;
            for (var r = 0; r < rows.GetLength(0); r++)
            {
                sum += rows[r, c];
            }

            for (var r = 0; r < rows.GetLength(0); r++)
            {
                centred[r, c] -= sum / rows.GetLength(0);
            }
        }

        return centred;
    }

    // Transposed a times b.
    private static double[,] Times(double[,] a, double[,] b)
    {
        var product = new double[a.GetLength(1), b.GetLength(1)];
        for (var i = 0; i < product.GetLength(0); i++)
        {
            for (var j = 0; j < product.GetLength(1); j++)
            {
                for (var r = 0; r < a.GetLength(0); r++)
                {
                    product[i, j] += a[r, i] * b[r, j];
                }
            }
        }

        return product;
    }

    private static double[,]? Inverse(double[,] m)
    {
        double Minor(int r, int c)
        {
            var (a, b, d, e) = ((r + 1) % 3, (r + 2) % 3, (c + 1) % 3, (c + 2) % 3);
            return (m[a, d] * m[b, e]) - (m[a, e] * m[b, d]);
        }

        var determinant = (m[0, 0] * Minor(0, 0)) + (m[0, 1] * Minor(0, 1)) + (m[0, 2] * Minor(0, 2));
        if (!(Math.Abs(determinant) > 1e-9))
        {
            return null;
        }

        var inverse = new double[3, 3];
        for (var i = 0; i < 9; i++)
        {
            inverse[i % 3, i / 3] = Minor(i / 3, i % 3) / determinant;
        }

        return inverse;
    }

    private static double[] Row(double[,] inverse, double[,] product, int column) =>
        [.. Enumerable.Range(0, 3).Select(i => (inverse[i, 0] * product[0, column]) + (inverse[i, 1] * product[1, column]) + (inverse[i, 2] * product[2, column]))];

    private static double[] Scaled(double[] v, double by) => [v[0] * by, v[1] * by, v[2] * by];

    private static double Dot(double[] a, double[] b) => (a[0] * b[0]) + (a[1] * b[1]) + (a[2] * b[2]);

    private static double Length(double[] v) => Math.Sqrt(Dot(v, v));
}
