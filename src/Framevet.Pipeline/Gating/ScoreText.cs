using System.Globalization;

namespace Framevet.Pipeline.Gating;

/// <summary>Scores and bounds in reasons for users.</summary>
internal static class ScoreText
{
    private const int MostDigits = 7;

    /// <summary>One decimal reads well, but must never show the bound itself ("35 is below 35").</summary>
    public static string Beside(double value, double bound)
    {
        for (var digits = 1; digits < MostDigits; digits++)
        {
            var rounded = Math.Round(value, digits);
            if (rounded != bound)
            {
                return rounded.ToString(CultureInfo.InvariantCulture);
            }
        }

        return value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>"12.3 is below 12.4": a value and a computed bound with as few decimals as tell them apart.</summary>
    public static string Apart(double value, string relation, double bound)
    {
        var digits = 1;
        while (digits < MostDigits && Math.Round(value, digits) == Math.Round(bound, digits))
        {
            digits++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Math.Round(value, digits)} is {relation} {Math.Round(bound, digits)}");
    }

    /// <summary>What every gate says of a number that it needs and does not have.</summary>
    public static string Unknown(string score) => $"{score} was not measured";
}
