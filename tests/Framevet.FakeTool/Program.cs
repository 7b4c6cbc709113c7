using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

// Stands in for a badly behaved external program. Arguments are steps, done in order:
//   out TEXT        write TEXT and a line end to stdout        err TEXT    the same to stderr
//   bytes N         write N bytes to stdout                    flood N     write N lines to stderr
//   garbage N       write N pseudo-random bytes to stdout      env NAME    write the variable's value, or (none)
//   sleep MS        wait                                       deaf        ignore interrupt and termination from now on
//   child           start a copy that sleeps for a minute, print its id        hang   wait for ever
//   exit CODE       end at once
if (args.Contains("--ignore-config"))
{
    // Nobody else begins so: yt-dlp is meant.
    return FakeYtDlp.Run(args);
}

for (var i = 0; i < args.Length; i++)
{
    string Next() => args[++i];
    int Number() => int.Parse(Next(), CultureInfo.InvariantCulture);
    switch (args[i])
    {
        case "out":
            Console.Out.WriteLine(Next());
            break;
        case "err":
            Console.Error.WriteLine(Next());
            break;
        case "bytes":
            Write(new byte[Number()]);
            break;
        case "garbage":
            var garbage = new byte[Number()];
            new Random(1).NextBytes(garbage);
            Write(garbage);
            break;
        case "flood":
            for (var n = Number(); n > 0; n--)
            {
                Console.Error.WriteLine($"line {n.ToString(CultureInfo.InvariantCulture)} {new string('x', 100)}");
            }

            break;
        case "env":
            Console.Out.WriteLine(Environment.GetEnvironmentVariable(Next()) ?? "(none)");
            break;
        case "stdin":
            Console.Out.WriteLine(Console.In.ReadLine() ?? "(closed)");
            break;
        case "deaf":
            Console.CancelKeyPress += (_, e) => e.Cancel = true;
            _ = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = true);
            break;
        case "sleep":
            Thread.Sleep(Number());
            break;
        case "hang":
            Thread.Sleep(Timeout.Infinite);
            break;
        case "child":
            using (var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["deaf", "sleep", "60000"]) { UseShellExecute = false })!)
            {
                Console.Out.WriteLine(child.Id.ToString(CultureInfo.InvariantCulture));
                Console.Out.Flush();
            }

            break;
        case "exit":
            return Number();
        default:
            Console.Error.WriteLine($"unknown step '{args[i]}'");
            return 99;
    }
}

return 0;

static void Write(byte[] bytes)
{
    using var output = Console.OpenStandardOutput();
    output.Write(bytes);
    output.Flush();
}
