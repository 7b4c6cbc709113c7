using System.Globalization;
using System.Text.RegularExpressions;

namespace Framevet.Pipeline.Tools;

/// <summary>Tells from a failure's detail whether the program ended by itself or the system ended it.</summary>
public static partial class ToolCrash
{
    private const int SignalBase = 128;

    /// <summary>Interrupt, kill and terminate: somebody's wish (or ours), and no fault of the file.</summary>
    private static readonly int[] Wishes = [2, 9, 15];

    /// <summary>Name of the signal that ended the program, e.g. <c>segmentation fault</c>; null when it ended by itself, or by somebody's wish.</summary>
    public static string? SignalOf(VettingException trouble)
    {
        ArgumentNullException.ThrowIfNull(trouble);
        if (trouble.Detail is null || ExitCode().Match(trouble.Detail) is not { Success: true } match || !int.TryParse(match.Groups[1].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var code))
        {
            return null;
        }

        var signal = code > SignalBase ? code - SignalBase : code < 0 ? -code : 0;
        return signal is > 0 and < 65 && !Wishes.Contains(signal) ? Name(signal) : null;
    }

    private static string Name(int signal) => signal switch
    {
        4 => "illegal instruction",
        6 => "abort",
        7 => "bus error",
        8 => "arithmetic error",
        11 => "segmentation fault",
        24 => "limit of processor time",
        25 => "limit of file size",
        31 => "forbidden system call",
        _ => string.Create(CultureInfo.InvariantCulture, $"signal {signal}"),
    };

    [GeneratedRegex(@"exit code: (-?\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex ExitCode();
}
