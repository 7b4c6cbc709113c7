using System.Diagnostics;
using System.Globalization;

namespace Framevet.Benchmarks;

/// <summary>One whole process, measured from outside: wall clock, processor time, greatest memory, and memory over time.</summary>
internal sealed record Measured(double Wall, double Cpu, double PeakMegabytes, IReadOnlyList<double> Megabytes)
{
    /// <summary>Runs the program to its end. Processor time and memory come from /proc, read every few milliseconds.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static Measured Run(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var (cpu, peak) = (0.0, 0.0);
        var memory = new List<double>();
        while (!process.WaitForExit(8))
        {
            cpu = Math.Max(cpu, ProcessorTime.Own(process.Id));
            var (now, most) = MemoryOf(process.Id);
            peak = Math.Max(peak, most);
            memory.Add(now);
        }

        var wall = clock.Elapsed.TotalSeconds;
        return process.ExitCode == 0
            ? new Measured(wall, cpu, peak, memory)
            : throw new InvalidOperationException($"{program} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}.");
    }

    private static (double Now, double Most) MemoryOf(int id)
    {
        var lines = Read($"/proc/{id}/status").Split('\n');
        double Of(string name) => lines.FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal)) is { } line
            ? Number(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1]) / 1024 : 0;
        return (Of("VmRSS:"), Of("VmHWM:"));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
