// Judges PDF files by veraPDF, as PDF/A-2b: java -cp 'lib/*' Validate.java FILE... Ends with 1 when one does not conform.
import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;

public class Validate {
  public static void main(String[] files) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    boolean all = files.length > 0;
    for (String file : files)
      try (var parser = Foundries.defaultInstance().createParser(new FileInputStream(file), PDFAFlavour.PDFA_2_B)) {
        var result = Foundries.defaultInstance().createValidator(PDFAFlavour.PDFA_2_B, false).validate(parser);
        System.out.println(file + ": " + (result.isCompliant() ? "conforms to" : "does not conform to") + " PDF/A-2b ("
            + result.getTotalAssertions() + " checks)");
        for (TestAssertion t : result.getTestAssertions())
          if (t.getStatus() != TestAssertion.Status.PASSED)
            System.out.println("  " + t.getRuleId().getClause() + "-" + t.getRuleId().getTestNumber() + " " + t.getMessage());
        all &= result.isCompliant() && result.getTotalAssertions() > 0;
      }
    System.exit(all ? 0 : 1);
  }
}
