namespace Framevet.Pipeline.Scoring;

/// <summary>Moments of samples around zero, the two sides apart, and the asymmetric generalised Gaussian that has them.</summary>
internal struct SceneMoments
{
    private double _leftSquares;
    private double _rightSquares;
    private double _absolute;
    private long _left;
    private long _right;
    private long _count;

    /// <summary>Adds the products of <paramref name="a"/> and <paramref name="b"/>, place by place.</summary>
    public void AddProducts(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        for (var i = 0; i < a.Length; i++)
        {
            Add(a[i] * b[i]);
        }
    }

    /// <summary>Adds the samples themselves.</summary>
    public void Add(ReadOnlySpan<double> samples)
    {
        foreach (var sample in samples)
        {
            Add(sample);
        }
    }

    /// <summary>Mean square.</summary>
    public readonly double Variance => (_leftSquares + _rightSquares) / _count;

    /// <summary>Root mean square of the samples below zero; NaN without any.</summary>
    public readonly double LeftDeviation => Math.Sqrt(_leftSquares / _left);

    /// <summary>Root mean square of the samples above zero; NaN without any.</summary>
    public readonly double RightDeviation => Math.Sqrt(_rightSquares / _right);

    /// <summary>Shape of the symmetric distribution; NaN when all samples are zero.</summary>
    public readonly double SymmetricShape
    {
        get
        {
            var mean = _absolute / _count;
            return Shape(mean * mean / Variance);
        }
    }

    /// <summary>Shape of the asymmetric distribution; NaN when one side has no samples.</summary>
    public readonly double AsymmetricShape
    {
        get
        {
            var mean = _absolute / _count;
            var balance = LeftDeviation / RightDeviation;
            var squared = (balance * balance) + 1;
            return Shape(mean * mean / Variance * ((balance * balance * balance) + 1) * (balance + 1) / (squared * squared));
        }
    }

    private static double Shape(double ratio) => double.IsFinite(ratio) ? GammaShapes.Nearest(ratio) : double.NaN;

    private void Add(double sample)
    {
        var square = sample * sample;
        _count++;
        if (sample < 0)
        {
            _left++;
            _leftSquares += square;
            _absolute -= sample;
        }
        else if (sample > 0)
        {
            _right++;
            _rightSquares += square;
            _absolute += sample;
        }
    }
}
