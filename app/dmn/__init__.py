"""DMN 1.1 to 1.5: decision models read from XML, checked, compiled once, evaluated often.

>>> model = parse_decisions(b'''<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/"
...     id="m" name="Grades" namespace="urn:grades">
...   <inputData id="i" name="score"><variable name="score" typeRef="number"/></inputData>
...   <decision id="d" name="grade">
...     <informationRequirement><requiredInput href="#i"/></informationRequirement>
...     <decisionTable hitPolicy="UNIQUE">
...       <input><inputExpression><text>score</text></inputExpression></input>
...       <output/>
...       <rule id="r1"><inputEntry><text>&gt;= 90</text></inputEntry>
...         <outputEntry><text>"excellent"</text></outputEntry></rule>
...       <rule id="r2"><inputEntry><text>&lt; 90</text></inputEntry>
...         <outputEntry><text>"good"</text></outputEntry></rule>
...     </decisionTable>
...   </decision>
... </definitions>''')
>>> evaluate(model, "grade", {"score": 93}).value
'excellent'

As the standard says, what goes wrong is null, with the problems beside it; a process that must not
go on with a silent null asks strictly and gets an error that names the element.

>>> [str(each) for each in evaluate(model, "grade", {"score": "a"}).problems]
['i: Expected a value of the type “number”, found a string (a).']
>>> evaluate_strict(model, "grade", {"score": "a"})
Traceback (most recent call last):
app.dmn.errors.DecisionError: Expected a value of the type “number”, found a string (a).

Executed: decision tables with all hit policies, literal expressions, boxed contexts, invocations,
functions, lists, relations, conditionals, filters, loops and quantifiers; knowledge models,
decision services, item definitions, imports of given files. Refused: functions in Java or PMML,
expression languages other than FEEL. A name that no element of the model declares is a variable of
the caller, as in Camunda 7.
"""

from app.dmn.deployment import parse_decisions
from app.dmn.errors import DecisionError, DecisionModelError, DecisionNotFoundError
from app.dmn.evaluation import Result, evaluate, evaluate_strict
from app.dmn.heading import Heading, read_heading
from app.dmn.limits import Limits
from app.dmn.model import Element, Model

__all__ = [
    "DecisionError",
    "DecisionModelError",
    "DecisionNotFoundError",
    "Element",
    "Heading",
    "Limits",
    "Model",
    "Result",
    "evaluate",
    "evaluate_strict",
    "parse_decisions",
    "read_heading",
]
