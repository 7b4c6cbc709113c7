namespace Framevet.Web.Hosting;

/// <summary>The few things that belong on the console itself, not into a log: the set-up link is a secret, and a failed start must be seen.</summary>
internal static class ConsoleNotice
{
    /// <summary>Shows where the first admin is made.</summary>
    public static void SetUp(string link) => Console.Out.WriteLine($"""

          There is no admin yet. Make one here (works once, for 24 hours):
          {link}

        """);

    /// <summary>One line of an answer to a command.</summary>
    public static void Answer(string line) => Console.Out.WriteLine(line);

    /// <summary>Why a command did not do what was asked.</summary>
    public static void Trouble(string line) => Console.Error.WriteLine(line);

    /// <summary>Says why the server does not start.</summary>
    public static void Failure(string message) => Console.Error.WriteLine($"Framevet does not start: {message}");
}
